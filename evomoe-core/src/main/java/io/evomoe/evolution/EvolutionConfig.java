package io.evomoe.evolution;

import java.util.OptionalLong;

/**
 * The two phases of EvoMoE (arXiv 2112.14397, section 4) in numbers.
 *
 * @param diversifySteps T1, steps with one expert before the spawn; at least 0
 * @param spawn how the experts are made different
 * @param copyMoments whether a spawned expert takes over its parent's optimizer moments; otherwise
 *     they start at zero
 * @param temperature of the gates by steps since the spawn
 * @param hardFrom steps after the spawn from which the first expert alone takes a token; empty for
 *     never
 */
public record EvolutionConfig(
    long diversifySteps,
    SpawnMethod spawn,
    boolean copyMoments,
    TemperatureSchedule temperature,
    OptionalLong hardFrom) {

  /** Refuses negative steps. */
  public EvolutionConfig {
    if (diversifySteps < 0) {
      throw new IllegalArgumentException(
          "diversifySteps must be at least 0, was " + diversifySteps);
    }
    if (hardFrom.isPresent() && hardFrom.getAsLong() < 0) {
      throw new IllegalArgumentException(
          "hardFrom must be at least 0 or left out for never, was " + hardFrom.getAsLong());
    }
  }

  /**
   * Defaults for a run of {@code steps}: a 30 % mask, copied moments, never hard, an exponential
   * temperature; {@link #defaultDiversifySteps} and {@link #defaultAnnealingSteps}.
   */
  public static EvolutionConfig defaults(long steps) {
    long diversify = defaultDiversifySteps(steps);
    return new EvolutionConfig(
        diversify,
        SpawnMethod.mask(0.3),
        true,
        TemperatureSchedule.over(defaultAnnealingSteps(steps, diversify)),
        OptionalLong.empty());
  }

  /** A tenth of a run's steps are spent on one expert where nothing else is asked for. */
  public static long defaultDiversifySteps(long steps) {
    return steps / 10;
  }

  /**
   * The temperature takes three quarters of the remaining steps where nothing else is asked for.
   */
  public static long defaultAnnealingSteps(long steps, long diversifySteps) {
    return Math.max(1, (steps - diversifySteps) * 3 / 4);
  }
}
