package io.evomoe.run;

import io.evomoe.training.TrainingListener;

/** Told what happens in a {@link Run} that is trained. */
@FunctionalInterface
public interface RunListener extends TrainingListener {

  /**
   * The model is made, and {@link Run#requestStop()} is heard from now on. What the first step
   * needs in the folder is written next, before {@link TrainingListener#onStart the steps} begin.
   */
  default void onStart(Run<?> run) {}

  /**
   * Something that happens once and that a user wants to know, such as a field that a resumed run
   * goes on with instead of what it had.
   *
   * @param line for people
   */
  default void onNote(String line) {}
}
