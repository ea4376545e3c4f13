package io.evomoe.kernel.internal.nd4j;

import io.evomoe.kernel.Accumulator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Sums into the caller's arrays, and over all elements. */
final class Sums {
  private Sums() {}

  static void ofColumns(INDArray x, Accumulator into) {
    scale(into);
    if (!x.isEmpty()) {
      into.array().addi(x.sum(0));
    }
  }

  /** Multiplies the target by beta. With beta 0 the result is 0, even if the old content is NaN. */
  static void scale(Accumulator into) {
    if (into.beta() == 0) {
      into.array().assign(0);
    } else if (into.beta() != 1) {
      into.array().muli(into.beta());
    }
  }

  /**
   * Sums rows in the array's type and the row sums in double, because a float total loses digits.
   */
  static double ofSquares(INDArray x) {
    if (x.isEmpty()) {
      return 0;
    }
    INDArray squares = x.mul(x);
    INDArray sums = x.rank() < 2 ? squares : squares.sum(x.rank() - 1);
    return sums.castTo(DataType.DOUBLE).sumNumber().doubleValue();
  }
}
