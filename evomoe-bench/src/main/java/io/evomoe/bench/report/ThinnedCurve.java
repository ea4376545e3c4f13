package io.evomoe.bench.report;

import io.evomoe.training.RecordedRun;
import io.evomoe.training.StepRecord;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * A curve of about so many points, and all evaluations. A kept row is where the run was after its
 * step; what is measured in every step is the mean of the steps since the row before. Numbers have
 * {@value #DIGITS} digits.
 */
public final class ThinnedCurve {
  private static final int DIGITS = 6;
  private static final MathContext PRECISION = new MathContext(DIGITS);

  private ThinnedCurve() {}

  /** Thins a run; one with fewer points stays as it is, but for its rounding. */
  public static RecordedRun of(RecordedRun run, int points) {
    List<StepRecord> rows = run.steps();
    int stride = Math.max(1, rows.size() / points);
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
    return last.with(
        r ->
            r.trainFlops(rounded(last.trainFlops()))
                .wallSeconds(rounded(last.wallSeconds()))
                .stepSeconds(mean(steps, StepRecord::stepSeconds))
                .trainLoss(mean(steps, StepRecord::trainLoss))
                .auxLoss(mean(steps, StepRecord::auxLoss))
                .gradientNorm(mean(steps, StepRecord::gradientNorm))
                .temperature(rounded(last.temperature()))
                .activeExperts(mean(steps, StepRecord::activeExperts))
                .loadEntropy(mean(steps, StepRecord::loadEntropy))
                .dropRate(mean(steps, StepRecord::dropRate))
                .deadExperts(mean(steps, StepRecord::deadExperts))
                .routingFluctuation(rounded(last.routingFluctuation()))
                .layers(List.of()));
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
