package io.evomoe.training.optimizer;

/**
 * Learning rate as a pure function of the step: linear warm-up, {@code peak (step + 1) / W} in the
 * first W steps, then a decay to a floor.
 *
 * @param peak highest rate, above 0
 * @param warmupSteps W, at least 0
 * @param decay decay after the warm-up
 * @param floorShare lowest rate of the decay as a share of the peak, in 0..1
 */
public record LearningRate(double peak, long warmupSteps, Decay decay, double floorShare) {

  /** The decay after the warm-up. q is the finished share of the remaining steps, in 0..1. */
  public enum Decay {
    /** {@code floor + (peak - floor) (1 + cos(pi q)) / 2} (SGDR, arXiv 1608.03983, one cycle). */
    COSINE,
    /** {@code floor + (peak - floor) (1 - q)}. */
    LINEAR,
    /** Constant at the peak. */
    CONSTANT,
    /** {@code max(floor, peak sqrt(max(W, 1) / (step + 1)))} (arXiv 1706.03762, section 5.3). */
    INVERSE_SQRT
  }

  /** Rejects values out of bounds. */
  public LearningRate {
    if (!(peak > 0) || Double.isInfinite(peak)) {
      throw new IllegalArgumentException(
          "learning rate peak must be above 0 and finite, was " + peak);
    }
    if (warmupSteps < 0) {
      throw new IllegalArgumentException("warmupSteps must be at least 0, was " + warmupSteps);
    }
    if (!(floorShare >= 0 && floorShare <= 1)) {
      throw new IllegalArgumentException("floorShare must be in 0..1, was " + floorShare);
    }
  }

  /**
   * Returns the rate of a step.
   *
   * @param step from 0
   * @param totalSteps number of steps of the run; cosine and linear decay reach the floor there
   */
  public double at(long step, long totalSteps) {
    if (step < warmupSteps) {
      return peak * (step + 1) / warmupSteps;
    }
    double floor = peak * floorShare;
    long decaySteps = Math.max(1, totalSteps - warmupSteps);
    double done = Math.min(1, (double) (step - warmupSteps) / decaySteps);
    return switch (decay) {
      case COSINE -> floor + (peak - floor) * (1 + Math.cos(Math.PI * done)) / 2;
      case LINEAR -> floor + (peak - floor) * (1 - done);
      case CONSTANT -> peak;
      case INVERSE_SQRT ->
          Math.max(floor, peak * Math.sqrt((double) Math.max(1, warmupSteps) / (step + 1)));
    };
  }
}
