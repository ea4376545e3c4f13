package io.evomoe.models.dl4j;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.evolution.SpawnMethod;
import io.evomoe.evolution.TemperatureSchedule;
import io.evomoe.moe.Growth;

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
 * @param hardFrom iterations after the spawn from which the first experts alone take a token; -1
 *     for never
 * @param finalTopK how many those are; 1 where a layer of an earlier version does not say
 */
record EvolutionSettings(
    long diversifyIterations,
    String spawn,
    TemperatureSchedule.Shape shape,
    double maximumTemperature,
    double minimumTemperature,
    long annealingIterations,
    long hardFrom,
    int finalTopK) {
  private static final long NEVER = -1;

  /** What Jackson gives for a number that is not there. */
  private static final int ABSENT = 0;

  /** Refuses what {@link EvolutionConfig} refuses. */
  EvolutionSettings {
    finalTopK = finalTopK == ABSENT ? 1 : finalTopK;
    if (hardFrom < NEVER) {
      throw new IllegalArgumentException(
          "hardFrom must be at least 0, or -1 for never, was " + hardFrom);
    }
    toConfig(
        diversifyIterations,
        spawn,
        shape,
        maximumTemperature,
        minimumTemperature,
        annealingIterations,
        hardFrom,
        finalTopK);
  }

  /**
   * A configuration in plain values.
   *
   * @param iterations of the training, from which follows what the configuration leaves out
   */
  static EvolutionSettings of(EvolutionConfig config, long iterations) {
    EvolutionSchedule schedule = new EvolutionSchedule(config, iterations, Growth.SPAWNED);
    TemperatureSchedule temperature = schedule.temperature();
    Long hardFrom = config.hardFrom();
    return new EvolutionSettings(
        schedule.diversifySteps(),
        config.spawn(),
        temperature.shape(),
        temperature.maximum(),
        temperature.minimum(),
        temperature.decaySteps(),
        hardFrom == null ? NEVER : hardFrom,
        config.finalTopK());
  }

  EvolutionConfig toConfig() {
    return toConfig(
        diversifyIterations,
        spawn,
        shape,
        maximumTemperature,
        minimumTemperature,
        annealingIterations,
        hardFrom,
        finalTopK);
  }

  private static EvolutionConfig toConfig(
      long diversifyIterations,
      String spawn,
      TemperatureSchedule.Shape shape,
      double maximumTemperature,
      double minimumTemperature,
      long annealingIterations,
      long hardFrom,
      int finalTopK) {
    return new EvolutionConfig(
        diversifyIterations,
        EvolutionConfig.DEFAULT_DIVERSIFY_SHARE,
        spawn,
        false,
        shape,
        maximumTemperature,
        minimumTemperature,
        annealingIterations,
        hardFrom == NEVER ? null : hardFrom,
        finalTopK);
  }
}
