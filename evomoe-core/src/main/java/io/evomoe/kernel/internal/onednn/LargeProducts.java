package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.FeedForwardGradients.MapGradients;
import io.evomoe.kernel.RowGroups;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Products of token rows with weights, in one precision of their operands, on addresses of float32
 * memory without gaps.
 *
 * <p>The row counts of a batch and of a routed group change from step to step. Products are
 * computed on counts that a precision likes where there is room, so that a few compiled primitives
 * serve them all. Groups are computed in order, and what one writes past its end the next
 * overwrites.
 */
interface LargeProducts {

  /** Rows that products may write past the last row of an array. */
  int room();

  /** Rows that so many are computed on, when there are {@code spare} ones behind them. */
  int computed(int rows, int spare);

  /**
   * c [m, n] = op(a) op(b), added to c where {@code into} says so.
   *
   * @param m at least 1, as k and n
   * @param spare rows behind c that may be overwritten
   */
  void multiply(
      boolean transposeA,
      boolean transposeB,
      long a,
      long b,
      Accumulator into,
      int m,
      int k,
      int n,
      int spare);

  /**
   * y = x W + b.
   *
   * @param bias at least as long as W is wide, or null for none
   * @param computed rows that are computed; those past {@code rows} get anything
   */
  void linear(long x, INDArray weight, @Nullable INDArray bias, long y, int rows, int computed);

  /**
   * dx = dy W^T.
   *
   * @param add whether dx is added to
   */
  void inputGradient(long dy, INDArray weight, long dx, int rows, int computed, boolean add);

  /** The gradients x^T dy [in, out] of a weight and those of a bias, the column sums of dy. */
  void parameterGradients(long x, long dy, int rows, int computed, MapGradients into);

  /** {@link #parameterGradients} and {@link #inputGradient} of a block of an expert's rows. */
  void gradients(
      long x,
      INDArray weight,
      long dy,
      long dx,
      int rows,
      int computed,
      boolean add,
      MapGradients into);

  /** The same of all rows of a layer, whose dx has {@link #computed} ones. */
  void layerGradients(long x, INDArray weight, long dy, long dx, int rows, MapGradients into);

  /** Rows that rows of a group are computed on; groups that share rows have none to spare. */
  default int computed(RowGroups groups, int group, int start, int rows) {
    int behind = groups.rows() - groups.offset(group) - start - rows;
    return groups.isShared() ? rows : computed(rows, behind + room());
  }

  /** A result [rows, columns] with room for {@code computed(rows, room())} ones. */
  default INDArray result(int rows, long columns) {
    return roomy(rows, columns, computed(rows, room()) - rows);
  }

  /** A result [rows, columns] of groups, with room for what the last one writes past its end. */
  default INDArray result(RowGroups groups, int rows, long columns) {
    return roomy(rows, columns, groups.isShared() ? 0 : room());
  }

  private static INDArray roomy(int rows, long columns, int room) {
    return room == 0 || rows == 0 || columns == 0
        ? OneDnnKernels.matrix(rows, columns)
        : OneDnnKernels.matrix((long) rows + room, columns)
            .get(NDArrayIndex.interval(0, rows), NDArrayIndex.all());
  }
}
