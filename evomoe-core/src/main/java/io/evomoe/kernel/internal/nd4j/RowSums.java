package io.evomoe.kernel.internal.nd4j;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Sums of the rows of a matrix with the same target.
 *
 * <p>Rows are sorted by target and neighbours are added pairwise until each target has one row
 * left. So the order of additions depends only on the targets, on every backend.
 */
final class RowSums {
  private int[] rows;
  private INDArray values;

  private RowSums(int[] rows, INDArray values) {
    this.rows = rows;
    this.values = values;
  }

  static RowSums of(INDArray x, int[] rows) {
    int[] order = stableOrder(rows);
    int[] sorted = Arrays.stream(order).map(i -> rows[i]).toArray();
    RowSums sums = new RowSums(sorted, Nd4jRowKernels.gather(x, order));
    if (sums.hasRepeats()) {
      sums.reduce();
    }
    return sums;
  }

  /** Returns the targets, ascending, each once. */
  int[] rows() {
    return rows;
  }

  /** Returns the sum for each target. */
  INDArray values() {
    return values;
  }

  private void reduce() {
    INDArray zero = Nd4j.zeros(values.dataType(), 1, values.columns());
    values = Nd4j.concat(0, values, zero);
    while (hasRepeats()) {
      addNeighbours();
    }
    values = values.get(NDArrayIndex.interval(0, rows.length), NDArrayIndex.all());
  }

  /**
   * Runs one round. The last row of {@code values} is zero, the partner of rows without a
   * neighbour.
   */
  private void addNeighbours() {
    int zero = rows.length;
    int[] left = new int[zero + 1];
    int[] right = new int[zero + 1];
    int[] places = new int[zero];
    int count = 0;
    for (int i = 0; i < zero; i++) {
      places[count] = rows[i];
      left[count] = i;
      right[count] = i + 1 < zero && rows[i + 1] == rows[i] ? ++i : zero;
      count++;
    }
    left[count] = zero;
    right[count] = zero;
    INDArray partners = Nd4jRowKernels.gather(values, Arrays.copyOf(right, count + 1));
    values = Nd4jRowKernels.gather(values, Arrays.copyOf(left, count + 1)).addi(partners);
    rows = Arrays.copyOf(places, count);
  }

  private boolean hasRepeats() {
    for (int i = 1; i < rows.length; i++) {
      if (rows[i] == rows[i - 1]) {
        return true;
      }
    }
    return false;
  }

  private static int[] stableOrder(int[] rows) {
    long[] keys = new long[rows.length];
    for (int i = 0; i < rows.length; i++) {
      keys[i] = ((long) rows[i] << Integer.SIZE) | i;
    }
    Arrays.sort(keys);
    return Arrays.stream(keys).mapToInt(key -> (int) key).toArray();
  }
}
