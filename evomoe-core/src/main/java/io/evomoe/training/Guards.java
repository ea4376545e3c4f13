package io.evomoe.training;

import java.util.function.Consumer;

/**
 * How a run is kept safe: the fields, bounds and defaults of {@code guards} in a configuration
 * file.
 *
 * @param keepCheckpoints newest checkpoints that stay, at least 1
 * @param skipNonFinite steps of the whole run that are left out and logged, because a loss or
 *     gradient was not finite, before the next one stops it; at least 0. On a cluster each worker
 *     counts from what all had skipped before its round
 * @param collapseEntropy a router is warned of when its load entropy {@code exp(H) / E} is below
 *     this, or below 1.1 / E where that is more, in 0..1; 0 for never. Not on a cluster
 * @param collapseSteps for so many steps in a row, at least 1. Not on a cluster
 */
public record Guards(
    int keepCheckpoints, int skipNonFinite, double collapseEntropy, int collapseSteps) {
  /**
   * Two checkpoints stay; the first value that is not finite stops the run; a warning after 50
   * steps with a load entropy below 0.3.
   */
  public static final Guards DEFAULT = new Guards(2, 0, 0.3, 50);

  /** Refuses values out of their bounds. */
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

  /** The same with other values of some fields. */
  public Guards with(Consumer<Builder> changes) {
    Builder builder = new Builder(this);
    changes.accept(builder);
    return builder.build();
  }

  /** Changes single fields; each means what the component of its name means. */
  public static final class Builder {
    private int keepCheckpoints;
    private int skipNonFinite;
    private double collapseEntropy;
    private int collapseSteps;

    private Builder(Guards from) {
      keepCheckpoints = from.keepCheckpoints;
      skipNonFinite = from.skipNonFinite;
      collapseEntropy = from.collapseEntropy;
      collapseSteps = from.collapseSteps;
    }

    /** Sets {@link Guards#keepCheckpoints}. */
    public Builder keepCheckpoints(int value) {
      keepCheckpoints = value;
      return this;
    }

    /** Sets {@link Guards#skipNonFinite}. */
    public Builder skipNonFinite(int value) {
      skipNonFinite = value;
      return this;
    }

    /** Sets {@link Guards#collapseEntropy}. */
    public Builder collapseEntropy(double value) {
      collapseEntropy = value;
      return this;
    }

    /** Sets {@link Guards#collapseSteps}. */
    public Builder collapseSteps(int value) {
      collapseSteps = value;
      return this;
    }

    private Guards build() {
      return new Guards(keepCheckpoints, skipNonFinite, collapseEntropy, collapseSteps);
    }
  }
}
