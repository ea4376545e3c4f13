package io.evomoe.bench.run;

import io.evomoe.training.LearningRate;
import java.util.List;
import java.util.Map;

/**
 * A size that is known to work.
 *
 * @param name for the command line
 * @param model size of the model
 * @param training how to train it
 */
public record Preset(String name, ModelSize model, TrainingSettings training) {
  private static final List<Preset> ALL =
      List.of(
          // Seconds a gate on two cores: to see that all is well.
          new Preset(
              "quick",
              new ModelSize(2, 64, 256, 2, 4, 2, 512, 64, 0),
              training(240, 16, 4e-3, 40, 8)),
          // A minute or two a gate on two cores: large enough to tell gates apart.
          new Preset(
              "small",
              new ModelSize(4, 128, 512, 4, 8, 2, 2048, 128, 0),
              training(500, 16, 3e-3, 50, 8)),
          // The paper's size: 24 layers, width 1024, 16 experts.
          new Preset(
              "base",
              new ModelSize(24, 1024, 4096, 16, 16, 2, 32768, 512, 0.1),
              training(100_000, 8, 3e-4, 1000, 32)));

  /** By its name. */
  public static Preset named(String name) {
    return ALL.stream()
        .filter(preset -> preset.name.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException("preset must be one of " + names() + ", was " + name));
  }

  /** All names. */
  public static List<String> names() {
    return ALL.stream().map(Preset::name).toList();
  }

  /** A run of this size. */
  public RunConfig config(String task, String gate, long seed) {
    return new RunConfig(task, gate, seed, model, training, EvolutionSettings.defaults(), Map.of());
  }

  private static TrainingSettings training(
      long steps, int batch, double rate, long evalEvery, int evalBatches) {
    return new TrainingSettings(
        steps,
        batch,
        1,
        rate,
        0.1,
        LearningRate.Decay.COSINE,
        0.1,
        0.9,
        0.95,
        0.1,
        1.0,
        evalEvery,
        evalBatches,
        0);
  }
}
