package io.evomoe.evolution;

import io.evomoe.internal.names.FieldBound;

/**
 * Softmax temperature of the gates as a function of the steps since the spawn (EvoMoE, arXiv
 * 2112.14397, section 4.3: anneal from tmax to tmin over D steps). The temperature never falls
 * below tmin, even if the paper's linear form would.
 *
 * @param shape curve from {@code maximum} to {@code minimum}
 * @param maximum tmax, the temperature right after the spawn; above 0, finite
 * @param minimum tmin, the temperature from step D on; above 0, at most {@code maximum}
 * @param decaySteps D, at least 1
 */
public record TemperatureSchedule(Shape shape, double maximum, double minimum, long decaySteps) {
  /** Default temperature right after the spawn. */
  public static final double DEFAULT_MAXIMUM = 2.0;

  /** Default final temperature. */
  public static final double DEFAULT_MINIMUM = 0.3;

  /** How the temperature falls. */
  public enum Shape {
    /** {@code max(tmax (tmin / tmax)^(t / D), tmin)}. */
    EXPONENTIAL,
    /** {@code max(tmax - t (tmax - tmin) / D, tmin)}. */
    LINEAR
  }

  /** Rejects temperatures that are not positive numbers, tmin above tmax, and D below 1. */
  public TemperatureSchedule {
    requireBounds("maximum temperature", maximum, "minimum temperature", minimum);
    FieldBound.atLeast("temperature decaySteps", decaySteps, 1);
  }

  /** Rejects invalid temperatures. The messages use the given field names. */
  static void requireBounds(String highest, double maximum, String lowest, double minimum) {
    if (!(maximum > 0) || Double.isInfinite(maximum)) {
      throw new IllegalArgumentException(
          "%s must be above 0 and finite, was %s".formatted(highest, maximum));
    }
    if (!(minimum > 0) || minimum > maximum) {
      throw new IllegalArgumentException(
          "%s must be above 0 and at most %s, %s, was %s"
              .formatted(lowest, highest, maximum, minimum));
    }
  }

  /**
   * Returns the temperature at a step.
   *
   * @param sinceSpawn t, steps since the spawn, at least 0
   */
  public double at(long sinceSpawn) {
    double share = share(sinceSpawn);
    double temperature =
        switch (shape) {
          case EXPONENTIAL -> maximum * Math.pow(minimum / maximum, share);
          case LINEAR -> maximum - share * (maximum - minimum);
        };
    return Math.max(temperature, minimum);
  }

  /**
   * Returns the remaining share of the annealing, {@code max(1 - t / D, 0)}. It is exactly 0 from
   * step D on.
   *
   * @param sinceSpawn t, steps since the spawn, at least 0
   */
  public double left(long sinceSpawn) {
    return Math.max(0, 1 - share(sinceSpawn));
  }

  private double share(long sinceSpawn) {
    FieldBound.atLeast("sinceSpawn", sinceSpawn, 0);
    return (double) sinceSpawn / decaySteps;
  }
}
