package io.evomoe.training;

import io.evomoe.nn.NotFiniteException;
import io.evomoe.step.StepContext;

/** Takes the steps of a run, without evaluation and checkpoints. */
public interface StepSource {

  /**
   * Takes one step, or one round of several steps.
   *
   * @return the record without times and evaluation
   * @throws NotFiniteException if a value is not finite and the step may not be skipped
   */
  StepRecord next();

  /** Returns the progress of the run. */
  Progress progress();

  /** Returns phase and temperature of the last step. */
  StepContext context();

  /** Returns the content of a checkpoint at this point. */
  TrainingState state();

  /** Frees the memory of the optimizer. */
  void close();
}
