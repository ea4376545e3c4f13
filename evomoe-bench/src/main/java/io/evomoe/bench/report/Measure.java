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
    return spread(results).mean();
  }

  /** Mean and, from two runs on, the sample standard deviation (n - 1). */
  String meanOf(List<RunResult> results) {
    Spread spread = spread(results);
    return Double.isFinite(spread.mean()) ? spread.text(format) : format.apply(spread.mean());
  }

  private Spread spread(List<RunResult> results) {
    return Spread.of(results.stream().map(value::applyAsDouble).toList());
  }
}
