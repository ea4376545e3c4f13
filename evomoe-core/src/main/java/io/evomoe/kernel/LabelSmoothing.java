package io.evomoe.kernel;

/**
 * The target distribution of a smoothed cross-entropy (Szegedy et al. 2016, section 7): the target
 * class has {@code 1 - share + share / classes}, every other {@code share / classes}.
 *
 * @param share in [0, 1); 0 is the plain cross-entropy
 * @param classes number of classes, at least 1
 */
public record LabelSmoothing(double share, long classes) {

  /** Refuses a share out of its bounds. */
  public LabelSmoothing {
    if (!(share >= 0 && share < 1)) {
      throw new IllegalArgumentException("label smoothing must be in [0, 1), was " + share);
    }
  }

  /** Whether nothing is smoothed. */
  public boolean isNone() {
    return share == 0;
  }

  /** What every class has. */
  public double everyClass() {
    return share / classes;
  }

  /** What the target class has on top of that. */
  public double target() {
    return 1 - share;
  }
}
