package io.evomoe.nn;

/**
 * The normalisations of a block's branches.
 *
 * @param placement before or after each branch
 * @param width d
 * @param epsilon added to the variance, above 0
 */
public record Norms(NormPlacement placement, int width, double epsilon) {

  /** Refuses an epsilon that is not a positive number. */
  public Norms {
    LayerNorm.requireEpsilon(epsilon);
  }

  /** With {@link LayerNorm#DEFAULT_EPSILON}. */
  public Norms(NormPlacement placement, int width) {
    this(placement, width, LayerNorm.DEFAULT_EPSILON);
  }

  LayerNorm in(Scope scope) {
    return new LayerNorm(scope, width, epsilon);
  }
}
