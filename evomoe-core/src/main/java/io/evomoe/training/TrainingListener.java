package io.evomoe.training;

import java.nio.file.Path;
import java.util.List;

/**
 * Told what a run does, in this order: its start; of each step the evaluation, the step itself and
 * the checkpoint, where there are any; its end. Listeners read; they never change the run.
 */
@FunctionalInterface
public interface TrainingListener {

  /**
   * The steps begin, or go on.
   *
   * @param from how far the run had come
   * @param requestStop lets it end after a step; from any thread
   */
  default void onStart(Progress from, Runnable requestStop) {}

  /**
   * The model was measured on held-out batches; the step's own report has the same and comes next.
   *
   * @param step number of finished steps
   */
  default void onEvaluation(long step, PeriodicEvaluation.Result measured) {}

  /** Called after each optimizer step. */
  void onStep(StepReport report);

  /**
   * A checkpoint was written, of the last step that was told.
   *
   * @param checkpoint where
   */
  default void onCheckpoint(Path checkpoint) {}

  /**
   * No more steps come, be it at the end, after a request to stop, or because one failed.
   *
   * @param to how far the run has come
   */
  default void onEnd(Progress to) {}

  /** Several as one; each hears of a thing after those before it. */
  static TrainingListener all(List<TrainingListener> listeners) {
    return new TrainingListeners(listeners);
  }
}
