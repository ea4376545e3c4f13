package io.evomoe.models.dl4j;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.evolution.SpawnMethod;
import io.evomoe.evolution.TemperatureSchedule;
import io.evomoe.moe.Growth;
import java.util.OptionalLong;

/**
 * An {@link EvolutionConfig} in plain values, for DL4J's JSON and YAML. Time is counted in
 * iterations. There is no setting for optimizer moments, because DL4J's updater owns them by
 * position. The first child keeps those of its parent, and those of the others start at zero.
 *
 * @param diversifyIterations iterations with one expert before the spawn
 * @param spawn text for {@link SpawnMethod#parse}
 * @param shape shape of the temperature
 * @param maximumTemperature temperature right after the spawn
 * @param minimumTemperature final temperature
 * @param annealingIterations iterations between both
 * @param hardFrom iterations from the spawn to the hard phase; -1 for no hard phase
 * @param finalTopK experts per token in the hard phase
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

  /**
   * Returns a configuration in plain values.
   *
   * @param iterations iterations of the training, from which unset values follow
   */
  static EvolutionSettings of(EvolutionConfig config, long iterations) {
    EvolutionSchedule schedule = new EvolutionSchedule(config, iterations, Growth.SPAWNED);
    TemperatureSchedule temperature = schedule.temperature();
    return new EvolutionSettings(
        schedule.diversifySteps(),
        config.spawn(),
        temperature.shape(),
        temperature.maximum(),
        temperature.minimum(),
        temperature.decaySteps(),
        config.hardFrom().orElse(NEVER),
        config.finalTopK());
  }

  /**
   * Returns the configuration.
   *
   * @throws IllegalArgumentException for values out of their bounds
   */
  EvolutionConfig toConfig() {
    return new EvolutionConfig(
        OptionalLong.of(diversifyIterations),
        EvolutionConfig.defaults().diversifyShare(),
        spawn,
        false,
        shape,
        maximumTemperature,
        minimumTemperature,
        OptionalLong.of(annealingIterations),
        hardFrom == NEVER ? OptionalLong.empty() : OptionalLong.of(hardFrom),
        finalTopK);
  }
}
