package io.evomoe.kernel.internal.onednn;

import io.evomoe.internal.threads.Parallel;
import io.evomoe.kernel.RoutedRows;
import io.evomoe.kernel.RowBounds;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Gather, scatter, placement and dot products of token rows. oneDNN does not have them. Rows are
 * staged through heap arrays, because the JIT compiles loops over these to vector code.
 */
final class Rows {
  private static final int PIECE = 1 << 16;

  private Rows() {}

  static void gather(INDArray x, int[] rows, INDArray y) {
    RowBounds.require(rows, x.size(0));
    int width = (int) y.size(1);
    FloatBuffer from = Address.buffer(x);
    FloatBuffer to = Address.buffer(y);
    Parallel.ranges(
        rows.length,
        grain(width),
        (first, last) -> {
          float[] row = new float[width];
          for (int i = first; i < last; i++) {
            from.get(rows[i] * width, row);
            to.put(i * width, row);
          }
        });
  }

  /** Adds row i of x to row rows[i] of y, in the order of i. */
  static void scatterAdd(INDArray x, int[] rows, INDArray y) {
    RowBounds.require(rows, y.size(0));
    int width = (int) x.size(1);
    FloatBuffer from = Address.buffer(x);
    FloatBuffer to = Address.buffer(y);
    float[] sum = new float[width];
    float[] row = new float[width];
    for (int i = 0; i < rows.length; i++) {
      from.get(i * width, row);
      to.get(rows[i] * width, sum);
      for (int j = 0; j < width; j++) {
        sum[j] += row[j];
      }
      to.put(rows[i] * width, sum);
    }
  }

  /** Computes y[s] = sum of weights[i] x[i] over all i with rows[i] = s. */
  static void combine(INDArray x, int[] rows, double[] weights, INDArray y) {
    RowBounds.require(rows, y.size(0));
    int n = (int) y.size(0);
    int width = (int) y.size(1);
    int[] start = new int[n + 1];
    int[] order = sortByRow(rows, start);
    FloatBuffer from = Address.buffer(x);
    FloatBuffer to = Address.buffer(y);
    Parallel.ranges(
        n,
        grain(width),
        (first, last) -> {
          float[] sum = new float[width];
          float[] row = new float[width];
          for (int s = first; s < last; s++) {
            Arrays.fill(sum, 0f);
            for (int a = start[s]; a < start[s + 1]; a++) {
              from.get(order[a] * width, row);
              addScaled(sum, row, (float) weights[order[a]]);
            }
            to.put(s * width, sum);
          }
        });
  }

  /** Computes y[i] = weights[i] dy[rows[i]]. */
  static void spread(INDArray dy, int[] rows, double[] weights, INDArray y) {
    RowBounds.require(rows, dy.size(0));
    int width = (int) y.size(1);
    FloatBuffer from = Address.buffer(dy);
    FloatBuffer to = Address.buffer(y);
    Parallel.ranges(
        rows.length,
        grain(width),
        (first, last) -> {
          float[] row = new float[width];
          for (int i = first; i < last; i++) {
            from.get(rows[i] * width, row);
            scale(row, (float) weights[i]);
            to.put(i * width, row);
          }
        });
  }

  /** Computes dots[i] = x[i] . y[rows[i]]. */
  static void dots(INDArray x, INDArray y, int[] rows, INDArray dots) {
    RowBounds.require(rows, y.size(0));
    int width = (int) x.size(1);
    FloatBuffer left = Address.buffer(x);
    FloatBuffer right = Address.buffer(y);
    FloatBuffer to = Address.buffer(dots);
    Parallel.ranges(
        rows.length,
        grain(width),
        (first, last) -> {
          float[] a = new float[width];
          float[] b = new float[width];
          for (int i = first; i < last; i++) {
            left.get(i * width, a);
            right.get(rows[i] * width, b);
            to.put(i, (float) DotProduct.of(a, b, width));
          }
        });
  }

  /** Writes values[i] at the position of i, zeros elsewhere. */
  static void place(INDArray values, RoutedRows rows, INDArray y) {
    RowBounds.require(rows.rows(), y.size(0));
    FlatArrays.clear(y);
    FloatBuffer from = Address.buffer(values);
    FloatBuffer to = Address.buffer(y);
    int[] places = rows.places();
    for (int i = 0; i < places.length; i++) {
      to.put(places[i], from.get(i));
    }
  }

  /** Computes y[i] = x[i] if beside[i] has a nonzero value, otherwise zeros. */
  static void where(INDArray x, INDArray beside, INDArray y) {
    int width = (int) x.size(1);
    int others = (int) beside.size(1);
    FloatBuffer from = Address.buffer(x);
    FloatBuffer by = Address.buffer(beside);
    FloatBuffer to = Address.buffer(y);
    float[] none = new float[width];
    Parallel.ranges(
        (int) x.size(0),
        grain(width + others),
        (first, last) -> {
          float[] row = new float[width];
          float[] other = new float[others];
          for (int i = first; i < last; i++) {
            by.get(i * others, other);
            from.get(i * width, row);
            to.put(i * width, isZero(other) ? none : row);
          }
        });
  }

  private static boolean isZero(float[] row) {
    for (float number : row) {
      if (number != 0) {
        return false;
      }
    }
    return true;
  }

  /** Writes the first {@code width} numbers of a bias into rows from an address. */
  static void fill(INDArray bias, int width, long y, int rows) {
    float[] row = new float[width];
    Address.buffer(bias).get(0, row);
    FloatBuffer to = Address.buffer(y, (long) rows * width);
    for (int i = 0; i < rows; i++) {
      to.put(i * width, row);
    }
  }

  private static int[] sortByRow(int[] rows, int[] start) {
    for (int row : rows) {
      start[row + 1]++;
    }
    for (int s = 1; s < start.length; s++) {
      start[s] += start[s - 1];
    }
    int[] next = start.clone();
    int[] order = new int[rows.length];
    for (int i = 0; i < rows.length; i++) {
      order[next[rows[i]]++] = i;
    }
    return order;
  }

  private static void addScaled(float[] sum, float[] row, float weight) {
    for (int j = 0; j < sum.length; j++) {
      sum[j] += weight * row[j];
    }
  }

  private static void scale(float[] row, float factor) {
    for (int j = 0; j < row.length; j++) {
      row[j] *= factor;
    }
  }

  private static int grain(int width) {
    return Math.max(1, PIECE / width);
  }
}
