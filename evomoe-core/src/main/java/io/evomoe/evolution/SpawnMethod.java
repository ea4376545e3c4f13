package io.evomoe.evolution;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.nn.FeedForward;
import io.evomoe.random.CounterRandom;
import java.util.Arrays;
import java.util.Locale;

/**
 * How spawned experts are changed so that they differ from their parent. As text: {@code copy},
 * {@code mask:0.3}, {@code mask:0.3:rescale}, {@code reinit:0.5}, {@code units:0.5}, {@code
 * noise:0.02}.
 *
 * <p>The EvoMoE paper (arXiv 2112.14397, section 4.2) masks weights at random. Its published code
 * has no spawn, so the other methods are available for comparison.
 *
 * @param kind type of change
 * @param amount r in 0..1 for {@link Kind#MASK}, {@link Kind#REINIT} and {@link Kind#UNITS}, sigma
 *     in 0..10 for {@link Kind#NOISE}, 0 for {@link Kind#COPY}
 * @param rescale whether the weights that a mask keeps are divided by {@code 1 - r}; requires r
 *     below 1
 */
public record SpawnMethod(Kind kind, double amount, boolean rescale) {
  /**
   * Upper limit of the noise. Trained weights are far below 1, so larger noise would destroy them.
   */
  private static final int LARGEST_SIGMA = 10;

  private static final String FORMS =
      "spawn must be copy, mask:R, mask:R:rescale, reinit:R, units:R or noise:SIGMA, was ";

  /** The type of change to a copy of the trained expert. */
  public enum Kind {
    /** No change: all experts are equal and differ only in their gate weights. */
    COPY,
    /** Each weight is kept with probability 1 - r and set to zero otherwise. */
    MASK,
    /** Each weight is redrawn with probability r from its initial distribution. */
    REINIT,
    /**
     * Each hidden unit is redrawn with probability r, in all matrices of its expert, from normal
     * distributions with the mean and deviation of the trained matrices. Biases are copied. It
     * follows drop-upcycling (arXiv 2502.19261), which redraws a fixed number of units.
     */
    UNITS,
    /** A normal draw with standard deviation sigma is added to each weight. */
    NOISE
  }

  /** Rejects amounts out of bounds. */
  public SpawnMethod {
    switch (kind) {
      case COPY -> FieldBound.upTo("copy amount", amount, 0);
      case MASK -> FieldBound.upTo("mask ratio", amount, 1);
      case REINIT -> FieldBound.upTo("reinit ratio", amount, 1);
      case UNITS -> FieldBound.upTo("units ratio", amount, 1);
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

  /** Returns the method that redraws a share {@code ratio} of the hidden units. */
  public static SpawnMethod units(double ratio) {
    return new SpawnMethod(Kind.UNITS, ratio, false);
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
      case "units" -> units(amount);
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
   * Returns the change of a trained expert's weights into those of a child. Each child draws by its
   * own names, so all children differ.
   *
   * @param seed seed of the draws, which differ by the names of the weights
   */
  public FeedForward.WeightChange change(long seed) {
    double kept = rescale ? 1 / (1 - amount) : 1;
    return (name, deviation, columns, values) -> {
      if (kind == Kind.UNITS) {
        redrawUnits(name, seed, columns, values);
        return values;
      }
      CounterRandom random = new CounterRandom(CounterRandom.fold(seed, name));
      CounterRandom fresh = new CounterRandom(CounterRandom.fold(seed, name + ".fresh"));
      for (int i = 0; i < values.length; i++) {
        values[i] =
            switch (kind) {
              case COPY, UNITS -> values[i];
              case MASK -> random.uniform(i) < amount ? 0 : values[i] * kept;
              case REINIT -> random.uniform(i) < amount ? deviation * fresh.gaussian(i) : values[i];
              case NOISE -> values[i] + amount * random.gaussian(i);
            };
      }
      return values;
    };
  }

  /** All matrices of an expert draw the same units, by the expert's name. */
  private void redrawUnits(String name, long seed, int columns, double[] values) {
    String expert = name.replaceFirst("(^|\\.)(expand|up|contract)\\.weight$", "");
    boolean rows = name.matches("(.*\\.)?contract\\.weight");
    CounterRandom chosen = new CounterRandom(CounterRandom.fold(seed, expert));
    CounterRandom fresh = new CounterRandom(CounterRandom.fold(seed, name + ".fresh"));
    double mean = Arrays.stream(values).average().orElse(0);
    double deviation =
        Math.sqrt(Arrays.stream(values).map(v -> (v - mean) * (v - mean)).average().orElse(0));
    for (int i = 0; i < values.length; i++) {
      if (chosen.uniform(rows ? i / columns : i % columns) < amount) {
        values[i] = mean + deviation * fresh.gaussian(i);
      }
    }
  }

  private static double number(String part, String text) {
    try {
      return Double.parseDouble(part);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(FORMS + text, e);
    }
  }
}
