package io.evomoe.run.config;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.training.TrainingConfig;
import java.util.Map;

/**
 * A size of a task that is known to work.
 *
 * @param name for the command line
 * @param model size of the model
 * @param training how to train it
 */
public record Preset(String name, ModelConfig model, TrainingConfig training) {

  /** A run of this size. */
  public RunConfig config(String task, String gate, long seed) {
    return new RunConfig(
        task,
        gate,
        seed,
        model,
        training,
        EvolutionConfig.defaults(),
        Map.of(),
        ComputeConfig.DEFAULT);
  }
}
