package io.evomoe.bench.report;

import io.evomoe.run.record.RunResult;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;

/**
 * One numeric column of the summary.
 *
 * @param title column title
 * @param value of one run, NaN where not measured
 * @param format of a value
 */
record Measure(String title, ToDoubleFunction<RunResult> value, DoubleFunction<String> format) {

  String of(RunResult result) {
    return format.apply(value.applyAsDouble(result));
  }

  double mean(List<RunResult> results) {
    return results.stream().mapToDouble(value).average().orElse(Double.NaN);
  }

  /** Mean and, from two runs on, the sample standard deviation (n - 1). */
  String meanOf(List<RunResult> results) {
    double mean = mean(results);
    if (results.size() < 2 || !Double.isFinite(mean)) {
      return format.apply(mean);
    }
    return format.apply(mean) + " ± " + format.apply(deviation(results, mean));
  }

  private double deviation(List<RunResult> results, double mean) {
    double squares = results.stream().mapToDouble(value).map(x -> (x - mean) * (x - mean)).sum();
    return Math.sqrt(squares / (results.size() - 1));
  }
}
