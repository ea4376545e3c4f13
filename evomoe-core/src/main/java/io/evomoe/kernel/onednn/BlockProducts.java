package io.evomoe.kernel.onednn;

import io.evomoe.kernel.Accumulator;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Products of a block of token rows with a weight matrix, on addresses of float32 memory. */
interface BlockProducts {

  /** Rows that products may write past the last row of an array. */
  int room();

  /** Rows that a block of so many is computed on, when there are {@code spare} ones behind it. */
  int computed(int rows, int spare);

  /**
   * y = x W + b.
   *
   * @param rows of the block
   * @param computed rows that are computed; those past the block get anything
   */
  void linear(long x, INDArray weight, INDArray bias, long y, int rows, int computed);

  /**
   * dx (+)= dy W^T, and the gradients of weight and bias.
   *
   * @param add whether dx is added to
   */
  void gradients(
      long x,
      INDArray weight,
      long dy,
      long dx,
      int rows,
      int computed,
      boolean add,
      Accumulator weightGradient,
      Accumulator biasGradient);
}
