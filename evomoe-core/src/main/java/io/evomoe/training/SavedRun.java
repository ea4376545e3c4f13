package io.evomoe.training;

import io.evomoe.step.StepContext;
import io.evomoe.training.optimizer.Optimizer;
import java.nio.file.Path;

/** A saved {@link TrainingState}. */
public interface SavedRun {

  /** Returns where it is stored. */
  Path location();

  /** Returns the progress of the run. */
  Progress progress();

  /** Returns phase and temperature of the next step, and the seed of the run. */
  StepContext context();

  /**
   * Copies parameters, gate state and moments into live objects. These must have the same names and
   * shapes, so the model must have spawned experts if the run had.
   */
  void loadInto(Model<?> model, Optimizer optimizer);
}
