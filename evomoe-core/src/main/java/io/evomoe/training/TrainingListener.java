package io.evomoe.training;

import java.nio.file.Path;
import java.util.List;

/**
 * Callbacks of a run. The order is: the start; for each step the step, the evaluation and the
 * checkpoint, if any; the end. Listeners only read and must not change the run.
 */
@FunctionalInterface
public interface TrainingListener {

  /**
   * Called before the first step, also after resuming.
   *
   * @param from progress of the run
   * @param requestStop ends the run after a step; may be called from any thread
   */
  default void onStart(Progress from, Runnable requestStop) {}

  /**
   * Called after {@link #onStep}, if the model was measured on validation batches.
   *
   * @param step the same record
   */
  default void onEvaluation(StepRecord step) {}

  /** Called after each optimizer step. */
  void onStep(StepRecord step);

  /**
   * Called after a checkpoint of the last reported step was written.
   *
   * @param checkpoint path of the checkpoint
   */
  default void onCheckpoint(Path checkpoint) {}

  /**
   * Called after the last step: at the end, after a stop request, or after a failed step.
   *
   * @param to progress of the run
   */
  default void onEnd(Progress to) {}

  /** Combines listeners into one. For each event they are called in order. */
  static TrainingListener all(List<TrainingListener> listeners) {
    return new TrainingListeners(listeners);
  }
}
