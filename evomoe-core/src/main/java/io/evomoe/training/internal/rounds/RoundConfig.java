package io.evomoe.training.internal.rounds;

import java.io.Serializable;

/**
 * How rounds are trained and averaged.
 *
 * @param workers shares of the data, each trained on by itself, at least 1
 * @param localSteps steps between two averages (H), at least 1
 * @param outerRate rate of the step with the averaged difference, above 0; 1 with no momentum is
 *     plain averaging
 * @param outerMomentum Nesterov's, in [0, 1)
 * @param inner optimizer of the workers
 * @param experts how the differences of an expert are weighted
 * @param wire how differences travel
 */
public record RoundConfig(
    int workers,
    long localSteps,
    double outerRate,
    double outerMomentum,
    Inner inner,
    ExpertWeights experts,
    WireFormat wire)
    implements Serializable {
  /**
   * Outer rate where nothing else is said. DiLoCo's is 0.7, with a momentum of 0.9 (arXiv
   * 2311.08105, section 3), found for hundreds of rounds of 500 steps; over some tens of rounds
   * this pair came out ahead (docs/spark.md).
   */
  public static final double DEFAULT_OUTER_RATE = 1;

  /** See {@link #DEFAULT_OUTER_RATE}. */
  public static final double DEFAULT_OUTER_MOMENTUM = 0.5;

  /** Optimizers of the workers; each starts every round without moments. */
  public enum Inner {
    /** The run's AdamW. */
    ADAMW,
    /** Plain gradient descent, without momentum and weight decay. */
    SGD
  }

  /** What an expert's difference from each worker counts. */
  public enum ExpertWeights {
    /** The same from each. */
    EQUAL,
    /**
     * In proportion to the tokens the expert computed there in the last micro-batch of each step;
     * an expert that saw none anywhere stays as it was.
     */
    TOKENS
  }

  /** Refuses values out of their bounds. */
  public RoundConfig {
    if (workers < 1) {
      throw new IllegalArgumentException("workers must be at least 1, was " + workers);
    }
    if (localSteps < 1) {
      throw new IllegalArgumentException("localSteps must be at least 1, was " + localSteps);
    }
    if (!(outerRate > 0) || Double.isInfinite(outerRate)) {
      throw new IllegalArgumentException("outerRate must be above 0 and finite, was " + outerRate);
    }
    if (!(outerMomentum >= 0 && outerMomentum < 1)) {
      throw new IllegalArgumentException("outerMomentum must be in [0, 1), was " + outerMomentum);
    }
  }

  /** The default outer step, AdamW inside, all weighted equally, in float32. */
  public static RoundConfig defaults(int workers, long localSteps) {
    return new RoundConfig(
        workers,
        localSteps,
        DEFAULT_OUTER_RATE,
        DEFAULT_OUTER_MOMENTUM,
        Inner.ADAMW,
        ExpertWeights.EQUAL,
        WireFormat.F32);
  }

  /** The same with another number of workers. */
  public RoundConfig withWorkers(int other) {
    return new RoundConfig(other, localSteps, outerRate, outerMomentum, inner, experts, wire);
  }

  /** The same with another outer step. */
  public RoundConfig withOuter(double rate, double momentum) {
    return new RoundConfig(workers, localSteps, rate, momentum, inner, experts, wire);
  }

  /** The same with another optimizer inside. */
  public RoundConfig withInner(Inner other) {
    return new RoundConfig(workers, localSteps, outerRate, outerMomentum, other, experts, wire);
  }

  /** The same with other weights of experts. */
  public RoundConfig withExperts(ExpertWeights other) {
    return new RoundConfig(workers, localSteps, outerRate, outerMomentum, inner, other, wire);
  }

  /** The same in another format. */
  public RoundConfig withWire(WireFormat other) {
    return new RoundConfig(workers, localSteps, outerRate, outerMomentum, inner, experts, other);
  }
}
