package io.evomoe.nn;

/**
 * How rows are normalised.
 *
 * @param kind by mean and variance, or by the root mean square
 * @param epsilon added to the variance or the mean square, above 0
 */
public record NormForm(Kind kind, double epsilon) {
  /** What is added where nothing else is asked for. */
  public static final double DEFAULT_EPSILON = 1e-5;

  /** Layer normalisation with {@link #DEFAULT_EPSILON}. */
  public static final NormForm LAYER = new NormForm(Kind.LAYER, DEFAULT_EPSILON);

  /** What a row is divided by. */
  public enum Kind {
    /** Its standard deviation, after the mean was subtracted: {@link LayerNorm}. */
    LAYER,
    /** Its root mean square: {@link RmsNorm}. */
    RMS
  }

  /** Refuses an epsilon that is not a positive number. */
  public NormForm {
    if (!(epsilon > 0) || Double.isInfinite(epsilon)) {
      throw new IllegalArgumentException("normEpsilon must be above 0 and finite, was " + epsilon);
    }
  }

  /** Such a normalisation, before it is trained: of gain 1. */
  public Norm in(Scope scope, int width) {
    return switch (kind) {
      case LAYER -> new LayerNorm(scope, width, epsilon);
      case RMS -> new RmsNorm(scope, width, epsilon);
    };
  }
}
