package io.evomoe.bench.report;

import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import org.apache.commons.math3.distribution.TDistribution;

/**
 * Values over seeds.
 *
 * @param count of the values
 * @param mean NaN of none
 * @param deviation the sample standard deviation (n - 1); NaN of fewer than two
 */
public record Spread(int count, double mean, double deviation) {
  private static final double UPPER = 0.975;

  /** Values that are not finite make everything NaN: a run that diverged is not left out. */
  public static Spread of(List<Double> values) {
    double mean = values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    double squares = values.stream().mapToDouble(x -> (x - mean) * (x - mean)).sum();
    double deviation = values.size() < 2 ? Double.NaN : Math.sqrt(squares / (values.size() - 1));
    return new Spread(values.size(), mean, deviation);
  }

  /**
   * Half the width of the 95% confidence interval of the mean, by Student's t; NaN of one value.
   */
  public double confidence() {
    return count < 2
        ? Double.NaN
        : new TDistribution(count - 1.0).inverseCumulativeProbability(UPPER)
            * deviation
            / Math.sqrt(count);
  }

  /** Mean ± deviation; the mean alone of one value, a dash of none. */
  public String text(String format) {
    return text(value -> String.format(Locale.ROOT, format, value));
  }

  /** The same in another format. */
  String text(DoubleFunction<String> format) {
    if (!Double.isFinite(mean)) {
      return count == 0 ? "-" : "not finite";
    }
    String text = format.apply(mean);
    return count < 2 ? text : text + " ± " + format.apply(deviation).replace("+", "");
  }

  /** From the lower to the upper end of the 95% confidence interval; a dash of one value. */
  public String interval(String format) {
    double half = confidence();
    return Double.isFinite(half)
        ? String.format(Locale.ROOT, format + " to " + format, mean - half, mean + half)
        : "-";
  }
}
