package io.evomoe.bench.report;

import io.evomoe.bench.measure.Median;
import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Centred windows over a curve. NaN marks a point without value: it stays NaN, others skip it. */
final class Smoothing {

  private static final int MAX_RADIUS = 25;

  private Smoothing() {}

  /** Points to each side that smooth a curve of {@code points} lightly: half a percent, capped. */
  static int radius(int points) {
    return Math.min(points / 200, MAX_RADIUS);
  }

  static double[] mean(double[] values, int radius) {
    return over(values, radius, window -> window.average().orElse(Double.NaN));
  }

  static double[] median(double[] values, int radius) {
    return over(values, radius, Median::of);
  }

  private static double[] over(
      double[] values, int radius, ToDoubleFunction<DoubleStream> statistic) {
    return IntStream.range(0, values.length)
        .mapToDouble(
            i ->
                Double.isNaN(values[i])
                    ? Double.NaN
                    : statistic.applyAsDouble(window(values, i, radius)))
        .toArray();
  }

  /** Shrinks to both sides near the start, so that the first steep fall is not bent. */
  private static DoubleStream window(double[] values, int center, int radius) {
    int reach = Math.min(radius, center);
    int end = Math.min(center + reach + 1, values.length);
    return Arrays.stream(values, center - reach, end).filter(x -> !Double.isNaN(x));
  }
}
