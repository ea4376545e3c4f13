package io.evomoe.nn;

/**
 * The normalisations of a block's branches.
 *
 * @param placement before or after each branch
 * @param width d
 * @param form of each
 */
public record Norms(NormPlacement placement, int width, NormForm form) {

  /** Layer normalisations with {@link NormForm#DEFAULT_EPSILON}. */
  public Norms(NormPlacement placement, int width) {
    this(placement, width, NormForm.LAYER);
  }

  Norm in(Scope scope) {
    return form.in(scope, width);
  }
}
