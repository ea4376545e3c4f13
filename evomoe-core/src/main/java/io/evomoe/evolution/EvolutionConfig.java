package io.evomoe.evolution;

import static io.evomoe.internal.names.Field.Kind.RUN;

import io.evomoe.internal.names.Field;
import io.evomoe.internal.names.Fields;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.OptionalLong;

/**
 * The two phases of EvoMoE (arXiv 2112.14397, section 4): the fields, bounds and defaults of {@code
 * evolution} in a configuration file. Unset step counts follow from the length of the training
 * ({@link EvolutionSchedule}).
 */
@RecordBuilder
public record EvolutionConfig(
    @Field(
            doc = "number of steps with one expert; null for `diversifyShare` of the run",
            min = 0,
            kind = RUN)
        OptionalLong diversifySteps,
    @Field(
            doc = "share of the run with one expert if `diversifySteps` is null",
            initial = "0.1",
            min = 0,
            below = 1,
            kind = RUN)
        double diversifyShare,
    @Field(
            doc =
                "how experts are made from the first one: `copy`, `mask:0.3`, `mask:0.3:rescale`, "
                    + "`reinit:0.5`, `units:0.5` or `noise:0.02`",
            initial = "mask:0.3",
            kind = RUN)
        String spawn,
    @Field(
            doc = "whether spawned experts inherit the optimizer moments",
            initial = "true",
            kind = RUN)
        boolean copyMoments,
    @Field(doc = "shape of the temperature", initial = "EXPONENTIAL", kind = RUN)
        TemperatureShape schedule,
    @Field(doc = "temperature at the spawn", initial = "2.0", above = 0, kind = RUN)
        double maxTemperature,
    @Field(doc = "final temperature, at most the maximum", initial = "0.3", above = 0, kind = RUN)
        double minTemperature,
    @Field(
            doc =
                "steps from the spawn to the minimum temperature; null for three quarters of "
                    + "the remaining steps",
            min = 1,
            kind = RUN)
        OptionalLong temperatureSteps,
    @Field(
            doc =
                "steps from the spawn to the hard phase, in which a token uses only its first "
                    + "`finalTopK` experts; null for `hardShare` of the steps after the spawn",
            min = 0,
            kind = RUN)
        OptionalLong hardFrom,
    @Field(
            doc =
                "share of the steps after the spawn before the hard phase if `hardFrom` is null; "
                    + "1 for no hard phase",
            initial = "1",
            min = 0,
            max = 1,
            kind = RUN)
        double hardShare,
    @Field(
            doc =
                "experts per token in the hard phase, at most `model.experts`, and 1 if there is "
                    + "no hard phase",
            initial = "1",
            min = 1,
            kind = RUN)
        int finalTopK)
    implements EvolutionConfigBuilder.With {

  /**
   * How the temperature falls in the D steps after the spawn, from the maximum tmax to the minimum
   * tmin.
   */
  public enum TemperatureShape {
    /** {@code max(tmax (tmin / tmax)^(t / D), tmin)}. */
    EXPONENTIAL,
    /** {@code max(tmax - t (tmax - tmin) / D, tmin)}. */
    LINEAR
  }

  /** Makes a tenth of 30 equal to 3 instead of 2. */
  private static final double ROUNDING = 1e-6;

  /** Rejects values out of bounds. */
  public EvolutionConfig {
    Fields.require(
        EvolutionConfig.class,
        diversifySteps,
        diversifyShare,
        spawn,
        copyMoments,
        schedule,
        maxTemperature,
        minTemperature,
        temperatureSteps,
        hardFrom,
        hardShare,
        finalTopK);
    requireSpawn(spawn);
    if (minTemperature > maxTemperature) {
      throw new IllegalArgumentException(
          "minTemperature must be at most maxTemperature, %s, was %s"
              .formatted(maxTemperature, minTemperature));
    }
    if (finalTopK > 1 && hardFrom.isEmpty() && hardShare == 1) {
      throw new IllegalArgumentException(
          "finalTopK must be 1 if neither hardFrom nor hardShare is set, was " + finalTopK);
    }
  }

  private static void requireSpawn(String spawn) {
    try {
      SpawnMethod.parse(spawn);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("spawn " + spawn + ": " + e.getMessage(), e);
    }
  }

  /** Returns the defaults; step counts follow from the length of the training. */
  public static EvolutionConfig defaults() {
    return Fields.defaults(EvolutionConfig.class);
  }

  /** Returns how experts are spawned. */
  public SpawnMethod spawnMethod() {
    return SpawnMethod.parse(spawn);
  }

  /** Returns T1, the steps with one expert. If unset, it is a share of the training. */
  long diversifySteps(long steps) {
    return diversifySteps.orElse((long) (steps * diversifyShare + ROUNDING));
  }

  /**
   * Returns the steps from the spawn to the hard phase, or empty if there is no hard phase.
   *
   * @param afterSpawn number of steps after the spawn
   */
  OptionalLong hardFrom(long afterSpawn) {
    if (hardFrom.isPresent() || hardShare == 1) {
      return hardFrom;
    }
    return OptionalLong.of((long) (afterSpawn * hardShare + ROUNDING));
  }
}
