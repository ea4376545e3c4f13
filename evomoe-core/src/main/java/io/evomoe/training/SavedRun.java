package io.evomoe.training;

import io.evomoe.step.StepContext;
import io.evomoe.training.optimizer.Optimizer;
import java.nio.file.Path;

/** A saved {@link TrainingState}. */
public interface SavedRun {

  /** Where it is kept. */
  Path location();

  /** How far the run had come. */
  Progress progress();

  /** Phase and temperature of the step that was to come next. */
  StepContext context();

  /** Seed of the run. */
  long seed();

  /**
   * Copies parameters, gate state and moments into live objects, which have the same names and
   * shapes: if the run had spawned its experts, so has the model.
   */
  void loadInto(Model<?> model, Optimizer optimizer);
}
