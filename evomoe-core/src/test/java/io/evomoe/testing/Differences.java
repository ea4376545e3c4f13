package io.evomoe.testing;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** How far apart two results are. */
public final class Differences {
  private Differences() {}

  /**
   * Largest absolute difference over largest absolute expected value (over 1e-30 where that is
   * smaller); infinite when the shapes differ or one side is not a number.
   */
  public static double relative(INDArray actual, INDArray expected) {
    if (!Arrays.equals(actual.shape(), expected.shape())) {
      return Double.POSITIVE_INFINITY;
    }
    return relative(elements(actual), elements(expected));
  }

  /** The same for plain arrays. */
  public static double relative(double[] actual, double[] expected) {
    if (actual.length != expected.length) {
      return Double.POSITIVE_INFINITY;
    }
    double largestDifference = 0;
    double largest = 1e-30;
    for (int i = 0; i < actual.length; i++) {
      double difference = Math.abs(actual[i] - expected[i]);
      if (Double.isNaN(difference)) {
        return Double.POSITIVE_INFINITY;
      }
      largestDifference = Math.max(largestDifference, difference);
      largest = Math.max(largest, Math.abs(expected[i]));
    }
    return largestDifference / largest;
  }

  /** All elements in C order, views included. */
  public static double[] elements(INDArray array) {
    if (array.isEmpty()) {
      return new double[0];
    }
    return array.dup('c').reshape(array.length()).castTo(DataType.DOUBLE).toDoubleVector();
  }
}
