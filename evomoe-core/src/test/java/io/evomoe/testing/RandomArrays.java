package io.evomoe.testing;

import io.evomoe.random.CounterRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;
import org.nd4j.linalg.factory.Nd4j;

/** Arrays that are a function of a seed. */
public final class RandomArrays {
  private RandomArrays() {}

  /** Standard normal elements, rounded to {@code type}; C order. */
  public static INDArray gaussian(DataType type, long seed, long... shape) {
    CounterRandom random = new CounterRandom(seed);
    double[] values = new double[Math.toIntExact(Shape.lengthOf(shape))];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.gaussian(i);
    }
    return Nd4j.createFromArray(values).castTo(type).reshape('c', shape);
  }

  /** {@code count} integers in [0, bound), with repeats. */
  public static int[] integers(int count, int bound, long seed) {
    CounterRandom random = new CounterRandom(seed);
    int[] values = new int[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.below(bound, i);
    }
    return values;
  }

  /** {@code count} numbers in (0, 1). */
  public static double[] uniform(int count, long seed) {
    CounterRandom random = new CounterRandom(seed);
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.uniform(i);
    }
    return values;
  }
}
