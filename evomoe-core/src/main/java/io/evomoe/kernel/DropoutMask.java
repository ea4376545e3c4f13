package io.evomoe.kernel;

import io.evomoe.random.CounterRandom;

/**
 * The inverted dropout mask of every provider. Element i is kept if {@code new
 * CounterRandom(seed).uniform(i) >= rate}. Its factor is then {@code 1 / (1 - rate)}, otherwise 0.
 */
public final class DropoutMask {
  private final CounterRandom random;
  private final double rate;
  private final double kept;

  /**
   * Creates the mask of one call.
   *
   * @param rate probability of dropping an element, in [0, 1)
   * @param seed seed of the call; the backward pass uses the same
   * @throws IllegalArgumentException if the rate is outside [0, 1)
   */
  public DropoutMask(double rate, long seed) {
    if (!(rate >= 0 && rate < 1)) {
      throw new IllegalArgumentException("dropout rate must be in [0, 1), was " + rate);
    }
    this.random = new CounterRandom(seed);
    this.rate = rate;
    this.kept = 1 / (1 - rate);
  }

  /** Returns the factor of element {@code position}. */
  public double factor(long position) {
    return random.uniform(position) >= rate ? kept : 0;
  }

  /**
   * Fills {@code factors} with the factors of elements {@code first}, {@code first + 1} and so on.
   */
  public void fill(double[] factors, long first) {
    for (int i = 0; i < factors.length; i++) {
      factors[i] = factor(first + i);
    }
  }
}
