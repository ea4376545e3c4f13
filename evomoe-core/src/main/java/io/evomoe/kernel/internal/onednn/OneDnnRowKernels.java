package io.evomoe.kernel.internal.onednn;

import io.evomoe.internal.threads.Parallel;
import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.RoutedRows;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Moves of rows in Java loops, because oneDNN does not have them, and softmax by its primitives.
 * Rows are staged through heap arrays, because the JIT compiles loops over these to vector code.
 */
abstract class OneDnnRowKernels extends OneDnnArrayKernels {
  private static final int PIECE = 1 << 16;
  private static final int ROTATED = 1 << 15;

  final SoftmaxRows softmax = new SoftmaxRows(cache);

  @Override
  public INDArray gatherRows(INDArray x, int[] rows) {
    return picked(x, rows, null);
  }

  @Override
  public INDArray spreadRows(INDArray dy, int[] rows, double[] weights) {
    return picked(dy, rows, weights);
  }

  private INDArray picked(INDArray x, int[] rows, double @Nullable [] weights) {
    requireRows(rows, x.size(0));
    INDArray y = array(rows.length, x.size(1));
    int width = (int) x.size(1);
    Floats from = Floats.of(x);
    Floats to = Floats.of(y);
    eachRow(
        rows.length,
        width,
        (i, row, unused) -> {
          from.get(rows[i] * width, row);
          if (weights != null) {
            scale(row, (float) weights[i]);
          }
          to.put(i * width, row);
        });
    return y;
  }

  /** Adds in the order of the rows of x. */
  @Override
  public void scatterRowsInto(INDArray x, int[] rows, Accumulator into) {
    requireRows(rows, into.array().size(0));
    begin(into);
    int width = (int) x.size(1);
    Floats from = Floats.of(x);
    Floats to = Floats.of(into.array());
    float[] sum = new float[width];
    float[] row = new float[width];
    for (int i = 0; i < rows.length; i++) {
      from.get(i * width, row);
      to.get(rows[i] * width, sum);
      addScaled(sum, row, 1);
      to.put(rows[i] * width, sum);
    }
  }

  @Override
  public INDArray combineRows(INDArray x, int[] rows, double[] weights, int n) {
    requireRows(rows, n);
    INDArray y = array(n, x.size(1));
    int width = (int) x.size(1);
    int[] start = new int[n + 1];
    int[] order = sortByRow(rows, start);
    Floats from = Floats.of(x);
    Floats to = Floats.of(y);
    eachRow(
        n,
        width,
        (s, sum, row) -> {
          Arrays.fill(sum, 0f);
          for (int a = start[s]; a < start[s + 1]; a++) {
            from.get(order[a] * width, row);
            addScaled(sum, row, (float) weights[order[a]]);
          }
          to.put(s * width, sum);
        });
    return y;
  }

  @Override
  public INDArray rowDots(INDArray x, INDArray y, int[] rows) {
    requireRows(rows, y.size(0));
    INDArray dots = array(rows.length);
    int width = (int) x.size(1);
    Floats left = Floats.of(x);
    Floats right = Floats.of(y);
    Floats to = Floats.of(dots);
    eachRow(
        rows.length,
        width,
        (i, a, b) -> {
          left.get(i * width, a);
          right.get(rows[i] * width, b);
          to.put(i, (float) dot(a, b, width));
        });
    return dots;
  }

  @Override
  public INDArray place(INDArray values, RoutedRows rows) {
    requireRows(rows.rows(), rows.n());
    INDArray y = array(rows.n(), rows.groups());
    clearDense(y);
    Floats from = Floats.of(values);
    Floats to = Floats.of(y);
    int[] places = rows.places();
    for (int i = 0; i < places.length; i++) {
      to.put(places[i], from.get(i));
    }
    return y;
  }

  @Override
  public INDArray softmax(INDArray x) {
    INDArray y = like(x);
    Pieces.ofRows(
        (int) x.size(0),
        (from, rows) ->
            softmax.forward(
                Address.row(x, from), Address.row(y, from), rows, x.size(1), DataType.FLOAT));
    return y;
  }

  @Override
  public INDArray softmaxGradient(INDArray y, INDArray dy) {
    INDArray dx = like(y);
    Pieces.ofRows(
        (int) y.size(0),
        (from, rows) ->
            softmax.backward(
                Address.row(y, from),
                Address.row(dy, from),
                Address.row(dx, from),
                rows,
                y.size(1),
                DataType.FLOAT));
    return dx;
  }

  @Override
  public void rotate(INDArray x, INDArray cosines, INDArray sines, int[] positions, boolean back) {
    requireRows(positions, cosines.size(0));
    int width = Math.toIntExact(x.size(1));
    int half = Math.toIntExact(cosines.size(1));
    int stride = Address.rowStride(x);
    Floats rows = Floats.ofRows(x);
    Floats allCosines = Floats.of(cosines);
    Floats allSines = Floats.of(sines);
    Parallel.ranges(
        positions.length,
        Math.max(1, ROTATED / width),
        (first, last) -> {
          float[] row = new float[width];
          float[] c = new float[half];
          float[] s = new float[half];
          for (int i = first; i < last; i++) {
            allCosines.get(positions[i] * half, c);
            allSines.get(positions[i] * half, s);
            rows.get(i * stride, row);
            for (int head = 0; head < width; head += 2 * half) {
              turn(row, head, c, s, back ? -1 : 1);
            }
            rows.put(i * stride, row);
          }
        });
  }

  /** Rotates with a separate sign, so that the loop is compiled to vector code. */
  private static void turn(float[] row, int head, float[] c, float[] s, float sign) {
    int half = c.length;
    for (int j = 0; j < half; j++) {
      float a = row[head + j];
      float b = row[head + half + j];
      float sine = sign * s[j];
      row[head + j] = a * c[j] - b * sine;
      row[head + half + j] = b * c[j] + a * sine;
    }
  }

  /** Runs body on each of n rows, on any thread, with two arrays of that thread for a row each. */
  private static void eachRow(int n, int width, RowBody body) {
    Parallel.ranges(
        n,
        Math.max(1, PIECE / width),
        (first, last) -> {
          float[] one = new float[width];
          float[] other = new float[width];
          for (int i = first; i < last; i++) {
            body.run(i, one, other);
          }
        });
  }

  /** Returns the indices of rows in the order of their values, and where each value begins. */
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

  /** Processes a row. */
  @FunctionalInterface
  private interface RowBody {
    void run(int index, float[] one, float[] other);
  }
}
