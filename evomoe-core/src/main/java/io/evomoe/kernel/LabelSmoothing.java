package io.evomoe.kernel;

/**
 * The target distribution of a smoothed cross-entropy (Szegedy et al. 2016, section 7). The target
 * class has {@code 1 - share + share / classes}, every other class {@code share / classes}.
 *
 * @param share in [0, 1); 0 is the plain cross-entropy
 * @param classes number of classes, at least 1
 */
public record LabelSmoothing(double share, long classes) {

  /** Rejects a share out of bounds. */
  public LabelSmoothing {
    if (!(share >= 0 && share < 1)) {
      throw new IllegalArgumentException("label smoothing must be in [0, 1), was " + share);
    }
  }

  /** Returns whether there is no smoothing. */
  public boolean isNone() {
    return share == 0;
  }

  /** Returns the probability that every class has. */
  public double everyClass() {
    return share / classes;
  }

  /** Returns the additional probability of the target class. */
  public double target() {
    return 1 - share;
  }
}
