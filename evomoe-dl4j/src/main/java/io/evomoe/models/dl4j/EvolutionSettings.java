package io.evomoe.models.dl4j;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.evolution.SpawnMethod;
import io.evomoe.evolution.TemperatureSchedule;
import java.util.OptionalLong;

/**
 * An {@link EvolutionConfig} in plain values, for DL4J's JSON and YAML; time is counted in
 * iterations. Whether a child takes over its parent's moments is not among them: DL4J's updater
 * owns the moments, by place: the first child's are the parent's, those of the others start at
 * zero.
 *
 * @param diversifyIterations with one expert before the spawn
 * @param spawn as {@link SpawnMethod#parse} reads it
 * @param shape of the temperature
 * @param maximumTemperature right after the spawn
 * @param minimumTemperature at the end
 * @param annealingIterations between both
 * @param hardFrom iterations after the spawn from which the first expert alone takes a token; -1
 *     for never
 */
record EvolutionSettings(
    long diversifyIterations,
    String spawn,
    TemperatureSchedule.Shape shape,
    double maximumTemperature,
    double minimumTemperature,
    long annealingIterations,
    long hardFrom) {
  private static final long NEVER = -1;

  /** Refuses what {@link EvolutionConfig} refuses. */
  EvolutionSettings {
    if (hardFrom < NEVER) {
      throw new IllegalArgumentException(
          "hardFrom must be at least 0, or -1 for never, was " + hardFrom);
    }
    toConfig(
        diversifyIterations,
        spawn,
        new TemperatureSchedule(shape, maximumTemperature, minimumTemperature, annealingIterations),
        hardFrom);
  }

  static EvolutionSettings of(EvolutionConfig config) {
    TemperatureSchedule temperature = config.temperature();
    return new EvolutionSettings(
        config.diversifySteps(),
        config.spawn().toString(),
        temperature.shape(),
        temperature.maximum(),
        temperature.minimum(),
        temperature.decaySteps(),
        config.hardFrom().orElse(NEVER));
  }

  EvolutionConfig toConfig() {
    return toConfig(
        diversifyIterations,
        spawn,
        new TemperatureSchedule(shape, maximumTemperature, minimumTemperature, annealingIterations),
        hardFrom);
  }

  private static EvolutionConfig toConfig(
      long diversifyIterations, String spawn, TemperatureSchedule temperature, long hardFrom) {
    return new EvolutionConfig(
        diversifyIterations,
        SpawnMethod.parse(spawn),
        false,
        temperature,
        hardFrom == NEVER ? OptionalLong.empty() : OptionalLong.of(hardFrom));
  }
}
