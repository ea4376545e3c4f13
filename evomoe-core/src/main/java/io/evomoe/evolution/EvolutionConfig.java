package io.evomoe.evolution;

import static io.evomoe.internal.names.Field.Kind.RUN;

import io.evomoe.internal.names.Field;
import io.evomoe.internal.names.FieldBound;
import io.evomoe.internal.names.Fields;
import io.evomoe.nn.FeedForward;
import io.evomoe.random.CounterRandom;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.Locale;
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
                    + "`reinit:0.5` or `noise:0.02`",
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

  /**
   * How spawned experts are changed so that they differ from their parent. As text: {@code copy},
   * {@code mask:0.3}, {@code mask:0.3:rescale}, {@code reinit:0.5}, {@code noise:0.02}.
   *
   * <p>The EvoMoE paper (arXiv 2112.14397, section 4.2) masks weights at random. Its published code
   * has no spawn, so the other methods are available for comparison.
   *
   * @param kind type of change
   * @param amount r in 0..1 for {@link Kind#MASK} and {@link Kind#REINIT}, sigma in 0..10 for
   *     {@link Kind#NOISE}, 0 for {@link Kind#COPY}
   * @param rescale whether the weights that a mask keeps are divided by {@code 1 - r}; requires r
   *     below 1
   */
  public record SpawnMethod(Kind kind, double amount, boolean rescale) {
    /**
     * Upper limit of the noise. Trained weights are far below 1, so larger noise would destroy
     * them.
     */
    private static final int LARGEST_SIGMA = 10;

    private static final String FORMS =
        "spawn must be copy, mask:R, mask:R:rescale, reinit:R or noise:SIGMA, was ";

    /** The type of change to a copy of the trained expert. */
    public enum Kind {
      /** No change: all experts are equal and differ only in their gate weights. */
      COPY,
      /** Each weight is kept with probability 1 - r and set to zero otherwise. */
      MASK,
      /**
       * Each weight is redrawn with probability r from its initial distribution. It is similar to
       * drop-upcycling (arXiv 2502.19261). Drop-upcycling redraws whole hidden units in all
       * matrices of an expert, from the mean and deviation of the trained weights.
       */
      REINIT,
      /** A normal draw with standard deviation sigma is added to each weight. */
      NOISE
    }

    /** Rejects amounts out of bounds. */
    public SpawnMethod {
      switch (kind) {
        case COPY -> FieldBound.upTo("copy amount", amount, 0);
        case MASK -> FieldBound.upTo("mask ratio", amount, 1);
        case REINIT -> FieldBound.upTo("reinit ratio", amount, 1);
        case NOISE -> FieldBound.upTo("noise sigma", amount, LARGEST_SIGMA);
      }
      if (rescale && (kind != Kind.MASK || amount == 1)) {
        throw new IllegalArgumentException(
            "rescale must go with a mask of a ratio below 1, was with " + kind + " " + amount);
      }
    }

    /** Returns the method that copies without a change. */
    public static SpawnMethod copy() {
      return new SpawnMethod(Kind.COPY, 0, false);
    }

    /** Returns the method that masks a share {@code ratio} of the weights, without rescaling. */
    public static SpawnMethod mask(double ratio) {
      return new SpawnMethod(Kind.MASK, ratio, false);
    }

    /** Returns the method that redraws a share {@code ratio} of the weights. */
    public static SpawnMethod reinit(double ratio) {
      return new SpawnMethod(Kind.REINIT, ratio, false);
    }

    /** Returns the method that adds normal noise with standard deviation {@code sigma}. */
    public static SpawnMethod noise(double sigma) {
      return new SpawnMethod(Kind.NOISE, sigma, false);
    }

    /**
     * Parses the text form.
     *
     * @throws IllegalArgumentException if the text has another form or the amount is out of bounds
     */
    public static SpawnMethod parse(String text) {
      String[] parts = text.strip().toLowerCase(Locale.ROOT).split(":", -1);
      boolean rescale = parts.length == 3 && parts[0].equals("mask") && parts[2].equals("rescale");
      if (parts.length == 1 && parts[0].equals("copy")) {
        return copy();
      }
      if (parts.length != 2 && !rescale) {
        throw new IllegalArgumentException(FORMS + text);
      }
      double amount = number(parts[1], text);
      return switch (parts[0]) {
        case "mask" -> new SpawnMethod(Kind.MASK, amount, rescale);
        case "reinit" -> reinit(amount);
        case "noise" -> noise(amount);
        default -> throw new IllegalArgumentException(FORMS + text);
      };
    }

    /** Returns the text form, which {@link #parse} accepts. */
    @Override
    public String toString() {
      String name = kind.name().toLowerCase(Locale.ROOT);
      return kind == Kind.COPY ? name : name + ":" + amount + (rescale ? ":rescale" : "");
    }

    /**
     * Returns the change of a trained expert's weights into those of a child. Each child draws by
     * its own names, so all children differ.
     *
     * @param seed seed of the draws, which differ by the names of the weights
     */
    public FeedForward.WeightChange change(long seed) {
      double kept = rescale ? 1 / (1 - amount) : 1;
      return (name, deviation, values) -> {
        CounterRandom random = new CounterRandom(CounterRandom.fold(seed, name));
        CounterRandom fresh = new CounterRandom(CounterRandom.fold(seed, name + ".fresh"));
        for (int i = 0; i < values.length; i++) {
          values[i] =
              switch (kind) {
                case COPY -> values[i];
                case MASK -> random.uniform(i) < amount ? 0 : values[i] * kept;
                case REINIT ->
                    random.uniform(i) < amount ? deviation * fresh.gaussian(i) : values[i];
                case NOISE -> values[i] + amount * random.gaussian(i);
              };
        }
        return values;
      };
    }

    private static double number(String part, String text) {
      try {
        return Double.parseDouble(part);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(FORMS + text, e);
      }
    }
  }
}
