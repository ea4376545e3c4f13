package io.evomoe.run;

import io.evomoe.training.TrainingListener;

/** Receives the events of a {@link Run}'s training. */
@FunctionalInterface
public interface RunListener extends TrainingListener {

  /**
   * Called when the model is built; {@link Run#requestStop()} has an effect from now on. The run's
   * files are written next, before {@link TrainingListener#onStart the steps} begin.
   */
  default void onStart(Run<?> run) {}

  /**
   * Called for a one-time notice to the user, such as a changed field of a resumed run.
   *
   * @param line text for the user
   */
  default void onNote(String line) {}
}
