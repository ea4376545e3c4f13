package io.evomoe.run.config;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.evolution.SpawnMethod;
import io.evomoe.evolution.TemperatureSchedule;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * EvoMoE's two phases, as a configuration file has them.
 *
 * @param diversifySteps steps with one expert; null for a tenth of the run
 * @param spawn {@code copy}, {@code mask:0.3}, {@code mask:0.3:rescale}, {@code reinit:0.5}, {@code
 *     noise:0.02}
 * @param copyMoments whether spawned experts take over the optimizer moments
 * @param schedule {@code EXPONENTIAL} or {@code LINEAR}
 * @param maxTemperature at the spawn, above 0
 * @param minTemperature at the end, above 0 and at most the maximum
 * @param temperatureSteps steps after the spawn in which the minimum is reached; null for three
 *     quarters of what remains
 * @param hardFrom steps after the spawn from which only the first expert is used; null for never
 */
public record EvolutionSettings(
    @Nullable Long diversifySteps,
    String spawn,
    boolean copyMoments,
    TemperatureSchedule.Shape schedule,
    double maxTemperature,
    double minTemperature,
    @Nullable Long temperatureSteps,
    @Nullable Long hardFrom) {

  /** Refuses values out of their bounds. */
  public EvolutionSettings {
    requireSpawn(spawn);
    requireTemperature(
        maxTemperature > 0 && maxTemperature < Double.POSITIVE_INFINITY,
        "max",
        "finite",
        maxTemperature);
    requireTemperature(
        minTemperature > 0 && minTemperature <= maxTemperature,
        "min",
        "at most maxTemperature, " + maxTemperature,
        minTemperature);
    requireAtLeast("diversifySteps", diversifySteps, 0);
    requireAtLeast("temperatureSteps", temperatureSteps, 1);
    requireAtLeast("hardFrom", hardFrom, 0);
  }

  private static void requireSpawn(String spawn) {
    try {
      SpawnMethod.parse(spawn);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("spawn " + spawn + ": " + e.getMessage(), e);
    }
  }

  private static void requireTemperature(boolean fits, String end, String bound, double value) {
    if (!fits) {
      throw new IllegalArgumentException(
          "%sTemperature must be above 0 and %s, was %s".formatted(end, bound, value));
    }
  }

  private static void requireAtLeast(String field, @Nullable Long value, long minimum) {
    if (value != null && value < minimum) {
      throw new IllegalArgumentException(
          "%s must be at least %d or left out, was %d".formatted(field, minimum, value));
    }
  }

  /** {@link EvolutionConfig#defaults}, with the steps left to the length of the run. */
  public static EvolutionSettings defaults() {
    EvolutionConfig config = EvolutionConfig.defaults(1);
    TemperatureSchedule temperature = config.temperature();
    return new EvolutionSettings(
        null,
        config.spawn().toString(),
        config.copyMoments(),
        temperature.shape(),
        temperature.maximum(),
        temperature.minimum(),
        null,
        null);
  }

  /** The schedule of a run of so many steps. */
  public EvolutionConfig config(long steps) {
    long diversify =
        diversifySteps == null ? EvolutionConfig.defaultDiversifySteps(steps) : diversifySteps;
    long annealing =
        temperatureSteps == null
            ? EvolutionConfig.defaultAnnealingSteps(steps, diversify)
            : temperatureSteps;
    return new EvolutionConfig(
        diversify,
        SpawnMethod.parse(spawn),
        copyMoments,
        new TemperatureSchedule(schedule, maxTemperature, minTemperature, annealing),
        hardFrom == null ? OptionalLong.empty() : OptionalLong.of(hardFrom));
  }

  /** The same with other values of some fields. */
  public EvolutionSettings with(Consumer<Builder> changes) {
    Builder builder = new Builder(this);
    changes.accept(builder);
    return builder.build();
  }

  /** Changes single fields; each means what the component of its name means. */
  public static final class Builder {
    private @Nullable Long diversifySteps;
    private String spawn;
    private boolean copyMoments;
    private TemperatureSchedule.Shape schedule;
    private double maxTemperature;
    private double minTemperature;
    private @Nullable Long temperatureSteps;
    private @Nullable Long hardFrom;

    private Builder(EvolutionSettings from) {
      diversifySteps = from.diversifySteps;
      spawn = from.spawn;
      copyMoments = from.copyMoments;
      schedule = from.schedule;
      maxTemperature = from.maxTemperature;
      minTemperature = from.minTemperature;
      temperatureSteps = from.temperatureSteps;
      hardFrom = from.hardFrom;
    }

    /** Sets {@link EvolutionSettings#diversifySteps}. */
    public Builder diversifySteps(long value) {
      diversifySteps = value;
      return this;
    }

    /** Sets {@link EvolutionSettings#spawn}. */
    public Builder spawn(String value) {
      spawn = value;
      return this;
    }

    /** Sets {@link EvolutionSettings#copyMoments}. */
    public Builder copyMoments(boolean value) {
      copyMoments = value;
      return this;
    }

    /** Sets {@link EvolutionSettings#schedule}. */
    public Builder schedule(TemperatureSchedule.Shape value) {
      schedule = value;
      return this;
    }

    /** Sets {@link EvolutionSettings#maxTemperature}. */
    public Builder maxTemperature(double value) {
      maxTemperature = value;
      return this;
    }

    /** Sets {@link EvolutionSettings#minTemperature}. */
    public Builder minTemperature(double value) {
      minTemperature = value;
      return this;
    }

    /** Sets {@link EvolutionSettings#temperatureSteps}. */
    public Builder temperatureSteps(long value) {
      temperatureSteps = value;
      return this;
    }

    /** Sets {@link EvolutionSettings#hardFrom}. */
    public Builder hardFrom(long value) {
      hardFrom = value;
      return this;
    }

    private EvolutionSettings build() {
      return new EvolutionSettings(
          diversifySteps,
          spawn,
          copyMoments,
          schedule,
          maxTemperature,
          minTemperature,
          temperatureSteps,
          hardFrom);
    }
  }
}
