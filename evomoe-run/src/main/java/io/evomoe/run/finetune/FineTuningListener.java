package io.evomoe.run.finetune;

import io.evomoe.run.record.ClassScores;
import io.evomoe.training.TrainingListener;

/**
 * Told what happens in a {@link FineTuning} that is trained: of each of its trainings what a {@link
 * TrainingListener} is told, and where it begins.
 */
@FunctionalInterface
public interface FineTuningListener extends TrainingListener {

  /** It begins, and {@link FineTuning#requestStop()} is heard from now on. */
  default void onStart(FineTuning tuning) {}

  /**
   * A training begins, or goes on.
   *
   * @param part {@code scratch}, of the network without pre-training, or {@code finetune}
   * @param from finished steps
   * @param steps it will have
   */
  default void onTraining(String part, long from, long steps) {}

  /** One more was measured: the majority class, or the network of the training that is over. */
  default void onScores(ClassScores scores) {}

  /**
   * Something that a user wants to know.
   *
   * @param line for people
   */
  default void onNote(String line) {}
}
