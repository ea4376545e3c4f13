package io.evomoe.evolution;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The two phases of EvoMoE (arXiv 2112.14397, section 4): the fields, bounds and defaults of {@code
 * evolution} in a configuration file. Unset step counts follow from the length of the training
 * ({@link EvolutionSchedule}).
 *
 * @param diversifySteps number of steps with one expert; null for {@code diversifyShare} of the run
 * @param diversifyShare share of the run with one expert if {@code diversifySteps} is null, in [0,
 *     1)
 * @param spawn {@code copy}, {@code mask:0.3}, {@code mask:0.3:rescale}, {@code reinit:0.5}, {@code
 *     noise:0.02}
 * @param copyMoments whether spawned experts inherit the optimizer moments
 * @param schedule shape of the temperature, {@code EXPONENTIAL} or {@code LINEAR}
 * @param maxTemperature temperature at the spawn, above 0
 * @param minTemperature final temperature, above 0 and at most the maximum
 * @param temperatureSteps steps from the spawn to the minimum temperature; null for three quarters
 *     of the remaining steps
 * @param hardFrom steps from the spawn to the hard phase, in which a token uses only its first
 *     {@code finalTopK} experts; null for no hard phase
 * @param finalTopK experts per token in the hard phase, at least 1, at most {@code model.experts},
 *     and 1 if {@code hardFrom} is null
 */
public record EvolutionConfig(
    @Nullable Long diversifySteps,
    double diversifyShare,
    String spawn,
    boolean copyMoments,
    TemperatureSchedule.Shape schedule,
    double maxTemperature,
    double minTemperature,
    @Nullable Long temperatureSteps,
    @Nullable Long hardFrom,
    int finalTopK) {

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

  private static void requireFinalTopK(int finalTopK, @Nullable Long hardFrom) {
    if (finalTopK < 1) {
      throw new IllegalArgumentException("finalTopK must be at least 1, was " + finalTopK);
    }
    if (finalTopK > 1 && hardFrom == null) {
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

  private static void requireAtLeast(String field, @Nullable Long value, long minimum) {
    if (value != null && value < minimum) {
      throw new IllegalArgumentException(
          "%s must be at least %d or left out, was %d".formatted(field, minimum, value));
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
        null,
        DEFAULT_DIVERSIFY_SHARE,
        SpawnMethod.mask(0.3).toString(),
        true,
        TemperatureSchedule.Shape.EXPONENTIAL,
        TemperatureSchedule.DEFAULT_MAXIMUM,
        TemperatureSchedule.DEFAULT_MINIMUM,
        null,
        null,
        1);
  }

  /** Returns how experts are spawned. */
  public SpawnMethod spawnMethod() {
    return SpawnMethod.parse(spawn);
  }

  /** Returns T1, the steps with one expert. If unset, it is a share of the training. */
  long diversifySteps(long steps) {
    return diversifySteps == null ? (long) (steps * diversifyShare + ROUNDING) : diversifySteps;
  }

  /** Returns the temperature schedule. If unset, it spans three quarters of the remaining steps. */
  TemperatureSchedule temperature(long steps) {
    long annealing =
        temperatureSteps == null
            ? Math.max(1, (steps - diversifySteps(steps)) * 3 / 4)
            : temperatureSteps;
    return new TemperatureSchedule(schedule, maxTemperature, minTemperature, annealing);
  }

  /** Returns a copy with changes to some fields. */
  public EvolutionConfig with(Consumer<Builder> changes) {
    Builder builder = new Builder(this);
    changes.accept(builder);
    return builder.build();
  }

  /** Changes single fields. Each setter sets the component of the same name. */
  public static final class Builder {
    private @Nullable Long diversifySteps;
    private double diversifyShare;
    private String spawn;
    private boolean copyMoments;
    private TemperatureSchedule.Shape schedule;
    private double maxTemperature;
    private double minTemperature;
    private @Nullable Long temperatureSteps;
    private @Nullable Long hardFrom;
    private int finalTopK;

    private Builder(EvolutionConfig from) {
      diversifySteps = from.diversifySteps;
      diversifyShare = from.diversifyShare;
      spawn = from.spawn;
      copyMoments = from.copyMoments;
      schedule = from.schedule;
      maxTemperature = from.maxTemperature;
      minTemperature = from.minTemperature;
      temperatureSteps = from.temperatureSteps;
      hardFrom = from.hardFrom;
      finalTopK = from.finalTopK;
    }

    /** Sets {@link EvolutionConfig#diversifySteps}. */
    public Builder diversifySteps(long value) {
      diversifySteps = value;
      return this;
    }

    /** Sets {@link EvolutionConfig#diversifyShare}. */
    public Builder diversifyShare(double value) {
      diversifyShare = value;
      return this;
    }

    /** Sets {@link EvolutionConfig#spawn}. */
    public Builder spawn(String value) {
      spawn = value;
      return this;
    }

    /** Sets {@link EvolutionConfig#copyMoments}. */
    public Builder copyMoments(boolean value) {
      copyMoments = value;
      return this;
    }

    /** Sets {@link EvolutionConfig#schedule}. */
    public Builder schedule(TemperatureSchedule.Shape value) {
      schedule = value;
      return this;
    }

    /** Sets {@link EvolutionConfig#maxTemperature}. */
    public Builder maxTemperature(double value) {
      maxTemperature = value;
      return this;
    }

    /** Sets {@link EvolutionConfig#minTemperature}. */
    public Builder minTemperature(double value) {
      minTemperature = value;
      return this;
    }

    /** Sets {@link EvolutionConfig#temperatureSteps}. */
    public Builder temperatureSteps(long value) {
      temperatureSteps = value;
      return this;
    }

    /** Sets {@link EvolutionConfig#hardFrom}. */
    public Builder hardFrom(long value) {
      hardFrom = value;
      return this;
    }

    /** Sets {@link EvolutionConfig#finalTopK}. */
    public Builder finalTopK(int value) {
      finalTopK = value;
      return this;
    }

    private EvolutionConfig build() {
      return new EvolutionConfig(
          diversifySteps,
          diversifyShare,
          spawn,
          copyMoments,
          schedule,
          maxTemperature,
          minTemperature,
          temperatureSteps,
          hardFrom,
          finalTopK);
    }
  }
}
