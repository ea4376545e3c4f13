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
   * Defaults for a run of {@code steps}: a tenth of them with one expert, a 30 % mask, copied
   * moments, and a temperature that reaches its minimum after half of what remains.
   */
  public static EvolutionConfig defaults(long steps) {
    long diversify = steps / 10;
    return new EvolutionConfig(
        diversify,
        SpawnMethod.mask(0.3),
        true,
        TemperatureSchedule.over(Math.max(1, (steps - diversify) / 2)),
        OptionalLong.empty());
  }
}
