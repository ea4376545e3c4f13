package io.evomoe.run.finetune;

import io.evomoe.run.record.ClassScores;
import io.evomoe.training.TrainingListener;

/**
 * Receives the events of a {@link FineTuning}: the beginning of each training, and its events as a
 * {@link TrainingListener}.
 */
@FunctionalInterface
public interface FineTuningListener extends TrainingListener {

  /** Called at the beginning; {@link FineTuning#requestStop()} has an effect from now on. */
  default void onStart(FineTuning tuning) {}

  /**
   * Called when a training begins or resumes.
   *
   * @param part {@code scratch} for the network without pre-training, or {@code finetune}
   * @param from finished steps
   * @param steps total steps
   */
  default void onTraining(String part, long from, long steps) {}

  /**
   * Called after each evaluation: of the majority-class baseline, or of the network whose training
   * has ended.
   */
  default void onScores(ClassScores scores) {}

  /**
   * Called for a notice to the user.
   *
   * @param line text for the user
   */
  default void onNote(String line) {}
}
