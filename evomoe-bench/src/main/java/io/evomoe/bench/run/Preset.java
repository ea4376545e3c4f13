package io.evomoe.bench.run;

import io.evomoe.training.LearningRate;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Sizes that are known to work. */
public enum Preset {
  /** Seconds a gate on two cores: to see that all is well. */
  QUICK(
      new ModelSize(2, 64, 256, 2, 4, 2, 512, 64, 0), training(240, 16, 3e-3, 40, 8)),
  /** About two minutes a gate on two cores: large enough to tell gates apart. */
  SMALL(
      new ModelSize(4, 128, 512, 4, 8, 2, 2048, 128, 0), training(600, 16, 1e-3, 50, 8)),
  /** The paper's size: 24 layers, width 1024, 16 experts. */
  BASE(
      new ModelSize(24, 1024, 4096, 16, 16, 2, 32768, 512, 0.1),
      training(100_000, 8, 3e-4, 1000, 32));

  private final ModelSize model;
  private final TrainingSettings training;

  Preset(ModelSize model, TrainingSettings training) {
    this.model = model;
    this.training = training;
  }

  /** By its name in lower case. */
  public static Preset named(String name) {
    return Arrays.stream(values())
        .filter(preset -> preset.lowerCase().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "preset must be one of " + names() + ", was " + name));
  }

  /** All names. */
  public static List<String> names() {
    return Arrays.stream(values()).map(Preset::lowerCase).toList();
  }

  /** A run of this size. */
  public RunConfig config(String task, String gate, long seed) {
    return new RunConfig(
        task, gate, seed, model, training, EvolutionSettings.defaults(), Map.of());
  }

  private String lowerCase() {
    return name().toLowerCase(Locale.ROOT);
  }

  private static TrainingSettings training(
      long steps, int batch, double rate, long evalEvery, int evalBatches) {
    return new TrainingSettings(
        steps, batch, 1, rate, 0.1, LearningRate.Decay.COSINE, 0.1, 0.9, 0.95, 0.1, 1.0,
        evalEvery, evalBatches, 0);
  }
}
