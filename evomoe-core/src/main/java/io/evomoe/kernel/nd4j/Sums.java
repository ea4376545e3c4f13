package io.evomoe.kernel.nd4j;

import io.evomoe.kernel.Accumulator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Sums into the caller's arrays, and over all elements. */
final class Sums {
  private Sums() {}

  static void addInto(INDArray contribution, Accumulator into) {
    if (into.beta() == 0) {
      into.array().assign(contribution);
      return;
    }
    scale(into);
    into.array().addi(contribution);
  }

  /** Multiplies the target by beta; old content times 0 is 0, also where it is not a number. */
  static void scale(Accumulator into) {
    if (into.beta() == 0) {
      into.array().assign(0);
    } else if (into.beta() != 1) {
      into.array().muli(into.beta());
    }
  }

  /** Sums rows in the array's type and rows together in double: a float total loses digits. */
  static double ofSquares(INDArray x) {
    INDArray squares = x.mul(x);
    INDArray sums = x.rank() < 2 ? squares : squares.sum(x.rank() - 1);
    return sums.castTo(DataType.DOUBLE).sumNumber().doubleValue();
  }
}
