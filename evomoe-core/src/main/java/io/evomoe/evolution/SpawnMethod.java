package io.evomoe.evolution;

import java.util.Locale;

/**
 * How each spawned expert is made different from the one it comes from. Written as text: {@code
 * copy}, {@code mask:0.3}, {@code mask:0.3:rescale}, {@code reinit:0.5}, {@code noise:0.02}.
 *
 * <p>The EvoMoE paper (arXiv 2112.14397, section 4.2) masks weights at random; its published code
 * has no spawn, so the others are here to be compared with it.
 *
 * @param kind what is done
 * @param amount r in 0..1 for {@link Kind#MASK} and {@link Kind#REINIT}, sigma in 0..10 for {@link
 *     Kind#NOISE}, 0 for {@link Kind#COPY}
 * @param rescale whether the weights that a mask keeps are divided by {@code 1 - r}; then r is
 *     below 1
 */
public record SpawnMethod(Kind kind, double amount, boolean rescale) {
  /** Trained weights are below 1 by far, so more leaves nothing of them. */
  private static final double LARGEST_SIGMA = 10;

  private static final String FORMS =
      "spawn must be copy, mask:R, mask:R:rescale, reinit:R or noise:SIGMA, was ";

  /** What is done to a copy of the trained expert. */
  public enum Kind {
    /** Nothing: all experts are equal, and only their gate tells them apart. */
    COPY,
    /** Each weight is kept with probability 1 - r and zero otherwise. */
    MASK,
    /**
     * Each weight is drawn anew with probability r, from the distribution that it had at first.
     * After drop-upcycling (arXiv 2502.19261), which redraws whole hidden units, in all matrices of
     * an expert at once, from the mean and deviation of the trained weights.
     */
    REINIT,
    /** Each weight gets a normal draw of deviation sigma added. */
    NOISE
  }

  /** Refuses amounts out of their bounds. */
  public SpawnMethod {
    switch (kind) {
      case COPY -> requireBetween("copy amount", amount, 0);
      case MASK -> requireBetween("mask ratio", amount, 1);
      case REINIT -> requireBetween("reinit ratio", amount, 1);
      case NOISE -> requireBetween("noise sigma", amount, LARGEST_SIGMA);
    }
    if (rescale && (kind != Kind.MASK || amount == 1)) {
      throw new IllegalArgumentException(
          "rescale must go with a mask of a ratio below 1, was with " + kind + " " + amount);
    }
  }

  /** Copies without a change. */
  public static SpawnMethod copy() {
    return new SpawnMethod(Kind.COPY, 0, false);
  }

  /** Masks a share {@code ratio} of the weights, without rescaling. */
  public static SpawnMethod mask(double ratio) {
    return new SpawnMethod(Kind.MASK, ratio, false);
  }

  /** Masks a share {@code ratio} of the weights and divides the others by {@code 1 - ratio}. */
  public static SpawnMethod rescaledMask(double ratio) {
    return new SpawnMethod(Kind.MASK, ratio, true);
  }

  /** Draws a share {@code ratio} of the weights anew. */
  public static SpawnMethod reinit(double ratio) {
    return new SpawnMethod(Kind.REINIT, ratio, false);
  }

  /** Adds normal noise of deviation {@code sigma}. */
  public static SpawnMethod noise(double sigma) {
    return new SpawnMethod(Kind.NOISE, sigma, false);
  }

  /**
   * Reads the text form.
   *
   * @throws IllegalArgumentException for text of another form and amounts out of their bounds
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

  /** The text form, which {@link #parse} reads back. */
  @Override
  public String toString() {
    String name = kind.name().toLowerCase(Locale.ROOT);
    return kind == Kind.COPY ? name : name + ":" + amount + (rescale ? ":rescale" : "");
  }

  private static double number(String part, String text) {
    try {
      return Double.parseDouble(part);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(FORMS + text, e);
    }
  }

  private static void requireBetween(String field, double value, double maximum) {
    if (!(value >= 0 && value <= maximum)) {
      throw new IllegalArgumentException(field + " must be in 0.." + maximum + ", was " + value);
    }
  }
}
