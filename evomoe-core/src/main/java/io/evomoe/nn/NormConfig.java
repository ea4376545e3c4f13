package io.evomoe.nn;

import io.evomoe.internal.names.FieldBound;

/**
 * The configuration of a normalisation of rows.
 *
 * @param kind by mean and variance, or by the root mean square
 * @param epsilon added to the variance or the mean square, above 0
 */
public record NormConfig(Kind kind, double epsilon) {
  /** Default epsilon. */
  public static final double DEFAULT_EPSILON = 1e-5;

  /** Layer normalisation with {@link #DEFAULT_EPSILON}. */
  public static final NormConfig LAYER = new NormConfig(Kind.LAYER, DEFAULT_EPSILON);

  /** The divisor of a row. */
  public enum Kind {
    /** Its standard deviation, after subtracting the mean: layer normalisation. */
    LAYER,
    /** Its root mean square: RMSNorm. */
    RMS
  }

  /** Rejects an epsilon that is not a positive number. */
  public NormConfig {
    FieldBound.positive("normEpsilon", epsilon);
  }
}
