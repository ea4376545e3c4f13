package io.evomoe.run.internal.task;

import io.evomoe.run.config.RunConfig;
import io.evomoe.run.record.Outcome;
import io.evomoe.run.record.RunResult;
import io.evomoe.run.task.TaskData;
import io.evomoe.training.Model;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.TrainingState;

/** Computes a run's result from its curve and its model. */
public final class Results {
  private Results() {}

  /**
   * Measures a finished or stopped run; a run that was stopped before its first step is not
   * measured.
   *
   * @param model of the run
   * @param state of the run
   * @param recorded its steps; the result comes from them, so that a run that was saved after its
   *     last step has one as well
   */
  public static <B, M extends Model<B>> Outcome of(
      TaskData<B, M> data, M model, RunConfig config, TrainingState state, RecordedRun recorded) {
    return of(data, model, config, state, recorded, config.training().steps());
  }

  static <B, M extends Model<B>> Outcome of(
      TaskData<B, M> data,
      M model,
      RunConfig config,
      TrainingState state,
      RecordedRun recorded,
      long plannedSteps) {
    RunResult soFar = RunResult.of(recorded, plannedSteps, data.metricName());
    double metric =
        recorded.steps().isEmpty() ? Double.NaN : metric(data, model, config, state, soFar);
    return new Outcome(soFar.ended(state.progress(), metric), recorded);
  }

  private static <B, M extends Model<B>> double metric(
      TaskData<B, M> data, M model, RunConfig config, TrainingState state, RunResult soFar) {
    return data.metric(model, config, state.context().evaluating(), soFar.validLoss());
  }

  /** Returns the reason why a training failed, with its gate. */
  public static IllegalStateException failure(String gate, RuntimeException cause) {
    IllegalStateException failure =
        new IllegalStateException("gate " + gate + ": " + cause.getMessage(), cause);
    for (Throwable suppressed : cause.getSuppressed()) {
      failure.addSuppressed(suppressed);
    }
    return failure;
  }
}
