package io.evomoe.training;

import io.soabase.recordbuilder.core.RecordBuilder;

/**
 * Safeguards of a run: the fields, bounds and defaults of {@code guards} in a configuration file.
 *
 * @param keepCheckpoints number of newest checkpoints to keep, at least 1
 * @param skipNonFinite maximum number of steps with a non-finite loss or gradient that are skipped
 *     and logged; the next one stops the run. At least 0. On a cluster each worker adds its own to
 *     those skipped before its round
 * @param collapseEntropy warns when a router's load entropy {@code exp(H) / E} is below this value,
 *     or below 1.1 / E if that is larger, in 0..1; 0 for never. Not on a cluster
 * @param collapseSteps number of successive steps with a low load entropy before the warning, at
 *     least 1. Not on a cluster
 */
@RecordBuilder
public record Guards(
    int keepCheckpoints, int skipNonFinite, double collapseEntropy, int collapseSteps)
    implements GuardsBuilder.With {
  /**
   * Keeps two checkpoints, stops at the first non-finite value, and warns after 50 steps with a
   * load entropy below 0.3.
   */
  public static final Guards DEFAULT = new Guards(2, 0, 0.3, 50);

  /** Rejects values out of bounds. */
  public Guards {
    if (keepCheckpoints < 1) {
      throw new IllegalArgumentException(
          "keepCheckpoints must be at least 1, was " + keepCheckpoints);
    }
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
