package io.evomoe.bench.report;

import io.evomoe.training.StepRecord;
import java.util.List;
import java.util.stream.IntStream;

/** Step times, from the wall clock of consecutive rows. */
final class StepTimes {

  private StepTimes() {}

  /**
   * Milliseconds a step up to each row, NaN where not known: at the first row, where the step or
   * clock does not advance, and at rows whose time includes an evaluation, unless all do.
   */
  static double[] millis(List<StepRecord> rows) {
    boolean allEvaluated = rows.stream().skip(1).allMatch(StepRecord::evaluated);
    return IntStream.range(0, rows.size())
        .mapToDouble(
            i ->
                i == 0 || (rows.get(i).evaluated() && !allEvaluated)
                    ? Double.NaN
                    : between(rows.get(i - 1), rows.get(i)))
        .toArray();
  }

  private static double between(StepRecord before, StepRecord after) {
    long steps = after.step() - before.step();
    double seconds = after.wallSeconds() - before.wallSeconds();
    return steps > 0 && seconds > 0 ? 1000 * seconds / steps : Double.NaN;
  }
}
