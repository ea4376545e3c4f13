package io.evomoe.bench.run;

import java.util.Map;

/**
 * One run in full: what is saved beside its checkpoints and read back to resume it.
 *
 * @param task {@code gpt}
 * @param gate name of a gate that is installed
 * @param seed from which everything random is drawn
 * @param model its size
 * @param training how to train
 * @param evolution EvoMoE's phases; the temperature counts for every gate that uses it
 * @param gateOptions options by name, for each gate by its name; a gate that is left out has its
 *     defaults
 */
public record RunConfig(
    String task,
    String gate,
    long seed,
    ModelSize model,
    TrainingSettings training,
    EvolutionSettings evolution,
    Map<String, Map<String, String>> gateOptions) {

  /** Keeps the options unmodifiable. */
  public RunConfig {
    gateOptions = Map.copyOf(gateOptions);
  }

  /** Options of this run's gate. */
  public Map<String, String> options() {
    return gateOptions.getOrDefault(gate, Map.of());
  }

  /** The same with another gate and seed. */
  public RunConfig with(String otherGate, long otherSeed) {
    return new RunConfig(task, otherGate, otherSeed, model, training, evolution, gateOptions);
  }
}
