package io.evomoe.training;

import io.evomoe.evolution.EvolutionSchedule;
import org.jspecify.annotations.Nullable;

/** Takes the steps of a training elsewhere, such as with the workers of a cluster. */
@FunctionalInterface
public interface RemoteSteps {

  /**
   * Returns the source of the steps.
   *
   * @param model in its initial state; it gets the state that the steps have
   * @param config with the optimizer and the learning rate
   * @param evolution the phases
   * @param saved state to continue from; null for a new training
   * @throws IllegalArgumentException if the saved state cannot be continued
   */
  StepSource begin(
      Model<?> model, TrainerConfig config, EvolutionSchedule evolution, @Nullable SavedRun saved);
}
