package io.evomoe.evolution;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.OptionalLong;

/**
 * The two phases of EvoMoE (arXiv 2112.14397, section 4): the fields, bounds and defaults of {@code
 * evolution} in a configuration file. Unset step counts follow from the length of the training
 * ({@link EvolutionSchedule}).
 *
 * @param diversifySteps number of steps with one expert; empty for {@code diversifyShare} of the
 *     run
 * @param diversifyShare share of the run with one expert if {@code diversifySteps} is empty, in [0,
 *     1)
 * @param spawn {@code copy}, {@code mask:0.3}, {@code mask:0.3:rescale}, {@code reinit:0.5}, {@code
 *     noise:0.02}
 * @param copyMoments whether spawned experts inherit the optimizer moments
 * @param schedule shape of the temperature, {@code EXPONENTIAL} or {@code LINEAR}
 * @param maxTemperature temperature at the spawn, above 0
 * @param minTemperature final temperature, above 0 and at most the maximum
 * @param temperatureSteps steps from the spawn to the minimum temperature; empty for three quarters
 *     of the remaining steps
 * @param hardFrom steps from the spawn to the hard phase, in which a token uses only its first
 *     {@code finalTopK} experts; empty for no hard phase
 * @param finalTopK experts per token in the hard phase, at least 1, at most {@code model.experts},
 *     and 1 if {@code hardFrom} is empty
 */
@RecordBuilder
public record EvolutionConfig(
    OptionalLong diversifySteps,
    double diversifyShare,
    String spawn,
    boolean copyMoments,
    TemperatureSchedule.Shape schedule,
    double maxTemperature,
    double minTemperature,
    OptionalLong temperatureSteps,
    OptionalLong hardFrom,
    int finalTopK)
    implements EvolutionConfigBuilder.With {

  /** Makes a tenth of 30 equal to 3 instead of 2. */
  private static final double ROUNDING = 1e-6;

  /** Default share of a training with one expert. */
  public static final double DEFAULT_DIVERSIFY_SHARE = 0.1;

  /** Rejects values out of bounds. */
  public EvolutionConfig {
    if (!(diversifyShare >= 0 && diversifyShare < 1)) {
      throw new IllegalArgumentException(
          "diversifyShare must be at least 0 and below 1, was " + diversifyShare);
    }
    requireSpawn(spawn);
    TemperatureSchedule.requireBounds(
        "maxTemperature", maxTemperature, "minTemperature", minTemperature);
    requireAtLeast("diversifySteps", diversifySteps, 0);
    requireAtLeast("temperatureSteps", temperatureSteps, 1);
    requireAtLeast("hardFrom", hardFrom, 0);
    requireFinalTopK(finalTopK, hardFrom);
  }

  private static void requireFinalTopK(int finalTopK, OptionalLong hardFrom) {
    if (finalTopK < 1) {
      throw new IllegalArgumentException("finalTopK must be at least 1, was " + finalTopK);
    }
    if (finalTopK > 1 && hardFrom.isEmpty()) {
      throw new IllegalArgumentException(
          "finalTopK must be 1 if hardFrom is not set, was " + finalTopK);
    }
  }

  private static void requireSpawn(String spawn) {
    try {
      SpawnMethod.parse(spawn);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("spawn " + spawn + ": " + e.getMessage(), e);
    }
  }

  private static void requireAtLeast(String field, OptionalLong value, long minimum) {
    if (value.isPresent() && value.getAsLong() < minimum) {
      throw new IllegalArgumentException(
          "%s must be at least %d or left out, was %d"
              .formatted(field, minimum, value.getAsLong()));
    }
  }

  /**
   * Returns the defaults: a tenth of the training with one expert, a 30 % mask and copied moments.
   * The temperature falls exponentially from {@link TemperatureSchedule#DEFAULT_MAXIMUM} to {@link
   * TemperatureSchedule#DEFAULT_MINIMUM}. There is no hard phase. Step counts follow from the
   * length of the training.
   */
  public static EvolutionConfig defaults() {
    return new EvolutionConfig(
        OptionalLong.empty(),
        DEFAULT_DIVERSIFY_SHARE,
        SpawnMethod.mask(0.3).toString(),
        true,
        TemperatureSchedule.Shape.EXPONENTIAL,
        TemperatureSchedule.DEFAULT_MAXIMUM,
        TemperatureSchedule.DEFAULT_MINIMUM,
        OptionalLong.empty(),
        OptionalLong.empty(),
        1);
  }

  /** Returns how experts are spawned. */
  public SpawnMethod spawnMethod() {
    return SpawnMethod.parse(spawn);
  }

  /** Returns T1, the steps with one expert. If unset, it is a share of the training. */
  long diversifySteps(long steps) {
    return diversifySteps.orElse((long) (steps * diversifyShare + ROUNDING));
  }

  /** Returns the temperature schedule. If unset, it spans three quarters of the remaining steps. */
  TemperatureSchedule temperature(long steps) {
    long annealing = temperatureSteps.orElse(Math.max(1, (steps - diversifySteps(steps)) * 3 / 4));
    return new TemperatureSchedule(schedule, maxTemperature, minTemperature, annealing);
  }
}
