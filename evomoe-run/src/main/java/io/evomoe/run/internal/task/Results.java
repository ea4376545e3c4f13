package io.evomoe.run.internal.task;

import io.evomoe.run.config.RunConfig;
import io.evomoe.run.record.CurveRow;
import io.evomoe.run.record.Outcome;
import io.evomoe.run.record.RecordedRun;
import io.evomoe.run.record.RunRecording;
import io.evomoe.run.record.RunResult;
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
   * @param recording of its steps; the result is the curve's, so that a run that was saved after
   *     its last step has one as well
   */
  public static <B, M extends Model<B>> Outcome of(
      TaskData<B, M> data, M model, RunConfig config, TrainingState state, RunRecording recording) {
    RecordedRun recorded = recording.run();
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
            data.metric(model, config, state.context().evaluating(), validLoss),
            data.metricName(),
            recording.measured().tokensPerSecond(),
            last.activeExperts().orElse(Double.NaN),
            last.dropRate().orElse(Double.NaN),
            last.loadEntropy().orElse(Double.NaN),
            last.wallSeconds(),
            config.training().steps());
    return new Outcome(result, recorded);
  }

  /** Why a training could not go on, with the gate that it was of. */
  public static IllegalStateException failure(RunConfig config, RuntimeException cause) {
    return new IllegalStateException("gate " + config.gate() + ": " + cause.getMessage(), cause);
  }
}
