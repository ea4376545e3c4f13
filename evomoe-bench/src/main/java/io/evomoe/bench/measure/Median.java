package io.evomoe.bench.measure;

import java.util.stream.DoubleStream;

/** The median. */
public final class Median {
  private Median() {}

  /**
   * The value in the middle; of an even number of values the mean of the two.
   *
   * @param values at least one
   */
  public static double of(DoubleStream values) {
    double[] sorted = values.sorted().toArray();
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }
}
