package io.evomoe.bench.study;

import io.evomoe.training.RecordedRun;
import io.evomoe.training.StepRecord;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * A curve of about {@value #POINTS} points, and all evaluations. A kept row is where the run was
 * after its step; what is measured in every step is the mean of the steps since the row before.
 * Numbers have {@value #DIGITS} digits.
 */
final class ThinnedCurve {
  private static final int POINTS = 40;
  private static final int DIGITS = 6;
  private static final MathContext PRECISION = new MathContext(DIGITS);

  private ThinnedCurve() {}

  static RecordedRun of(RecordedRun run) {
    List<StepRecord> rows = run.steps();
    int stride = Math.max(1, rows.size() / POINTS);
    List<StepRecord> kept = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < rows.size(); i++) {
      StepRecord row = rows.get(i);
      boolean last = i == rows.size() - 1;
      if ((i + 1) % stride == 0 || last || row.evaluated()) {
        kept.add(mean(rows.subList(from, i + 1), row));
        from = i + 1;
      }
    }
    return new RecordedRun(run.name(), kept, run.lastRouting());
  }

  private static StepRecord mean(List<StepRecord> steps, StepRecord last) {
    return new StepRecord(
        last.step(),
        last.phase(),
        last.tokens(),
        rounded(last.trainFlops()),
        rounded(last.wallSeconds()),
        mean(steps, StepRecord::stepSeconds),
        mean(steps, StepRecord::trainLoss),
        last.validLoss(),
        mean(steps, StepRecord::auxLoss),
        mean(steps, StepRecord::gradientNorm),
        last.learningRate(),
        rounded(last.temperature()),
        mean(steps, StepRecord::activeExperts),
        mean(steps, StepRecord::loadEntropy),
        mean(steps, StepRecord::dropRate),
        mean(steps, StepRecord::deadExperts),
        rounded(last.routingFluctuation()),
        List.of());
  }

  private static double mean(List<StepRecord> steps, ToDoubleFunction<StepRecord> value) {
    return rounded(
        steps.stream()
            .mapToDouble(value)
            .filter(measured -> !Double.isNaN(measured))
            .average()
            .orElse(Double.NaN));
  }

  private static double rounded(double value) {
    return Double.isFinite(value) ? new BigDecimal(value).round(PRECISION).doubleValue() : value;
  }
}
