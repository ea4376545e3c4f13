package io.evomoe.training;

/**
 * When a run that goes wrong is stopped or warned of.
 *
 * @param skipNonFinite steps of the whole run that are left out and logged, because a loss or
 *     gradient was not finite, before the next one stops it; at least 0
 * @param collapseEntropy a router is warned of when its load entropy {@code exp(H) / E} is below
 *     this, in 0..1; 0 for never
 * @param collapseSteps for so many steps in a row, at least 1
 */
public record Guards(int skipNonFinite, double collapseEntropy, int collapseSteps) {
  /**
   * The first value that is not finite stops the run; a warning after 50 steps with a load entropy
   * below 0.3.
   */
  public static final Guards DEFAULT = new Guards(0, 0.3, 50);

  /** Refuses values out of their bounds. */
  public Guards {
    if (skipNonFinite < 0) {
      throw new IllegalArgumentException("skipNonFinite must be at least 0, was " + skipNonFinite);
    }
    if (!(collapseEntropy >= 0 && collapseEntropy <= 1)) {
      throw new IllegalArgumentException("collapseEntropy must be in 0..1, was " + collapseEntropy);
    }
    if (collapseSteps < 1) {
      throw new IllegalArgumentException("collapseSteps must be at least 1, was " + collapseSteps);
    }
  }
}
