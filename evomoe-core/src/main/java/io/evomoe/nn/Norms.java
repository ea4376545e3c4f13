package io.evomoe.nn;

/**
 * The normalisations of a block's branches.
 *
 * @param placement before or after each branch
 * @param width d, the hidden size
 * @param config of each normalisation
 */
public record Norms(NormPlacement placement, int width, NormConfig config) {

  /** Creates layer normalisations with {@link NormConfig#DEFAULT_EPSILON}. */
  public Norms(NormPlacement placement, int width) {
    this(placement, width, NormConfig.LAYER);
  }

  Norm in(Scope scope) {
    return config.in(scope, width);
  }
}
