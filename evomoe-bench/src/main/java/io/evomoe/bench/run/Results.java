package io.evomoe.bench.run;

import io.evomoe.bench.report.CurveRow;
import io.evomoe.bench.report.ReportData;
import io.evomoe.bench.report.RunResult;
import io.evomoe.training.Model;
import io.evomoe.training.Progress;
import io.evomoe.training.TrainingState;
import java.util.List;
import java.util.OptionalDouble;

/** What a run gave, from its curve and its model. */
public final class Results {
  private Results() {}

  /**
   * Measures a run that has come to its end, or was stopped.
   *
   * @param model of the run
   * @param state of the run
   * @param tokensPerSecond of its steps
   * @param recorded its curve; of the curve, so that a run that was saved after its last step has a
   *     result as well
   */
  public static <B, M extends Model<B>> Run.Outcome of(
      Task<B, M> task,
      M model,
      RunConfig config,
      TrainingState state,
      double tokensPerSecond,
      ReportData.Run recorded) {
    List<CurveRow> rows = recorded.rows();
    if (rows.isEmpty()) {
      throw new IllegalStateException("the run has taken no step");
    }
    CurveRow last = rows.get(rows.size() - 1);
    Progress progress = state.progress();
    double validLoss =
        rows.stream()
            .map(CurveRow::validLoss)
            .filter(OptionalDouble::isPresent)
            .reduce((earlier, later) -> later)
            .map(OptionalDouble::getAsDouble)
            .orElse(Double.NaN);
    RunResult result =
        new RunResult(
            config.task(),
            config.gate(),
            config.seed(),
            progress.step(),
            progress.tokens(),
            progress.trainFlops(),
            validLoss,
            task.metric(model, config, state.moment().evaluating(), validLoss),
            task.metricName(),
            tokensPerSecond,
            last.activeExperts().orElse(Double.NaN),
            last.dropRate().orElse(Double.NaN),
            last.loadEntropy().orElse(Double.NaN),
            last.wallSeconds(),
            config.training().steps());
    return new Run.Outcome(result, recorded);
  }
}
