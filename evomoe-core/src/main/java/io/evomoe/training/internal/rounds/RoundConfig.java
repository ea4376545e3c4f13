package io.evomoe.training.internal.rounds;

import java.io.Serializable;

/**
 * Training and averaging in rounds.
 *
 * @param workers number of shares of the data, each trained separately, at least 1
 * @param localSteps steps between two averages (H), at least 1
 * @param outerRate learning rate of the step with the averaged difference, above 0; 1 without
 *     momentum is plain averaging
 * @param outerMomentum Nesterov momentum of that step, in [0, 1)
 * @param inner optimizer of the workers
 * @param experts weights of an expert's differences
 * @param wire format of transferred differences
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
   * Default outer rate. DiLoCo uses 0.7 with a momentum of 0.9 for hundreds of rounds (arXiv
   * 2311.08105, section 3). This default is for fewer rounds; see docs/spark.md.
   */
  public static final double DEFAULT_OUTER_RATE = 1;

  /** Default outer momentum, see {@link #DEFAULT_OUTER_RATE}. */
  public static final double DEFAULT_OUTER_MOMENTUM = 0.5;

  /** Optimizers of the workers; each starts every round without moments. */
  public enum Inner {
    /** The run's optimizer, by default AdamW. */
    ADAMW,
    /** Plain gradient descent, without momentum and weight decay. */
    SGD
  }

  /** The weight of an expert's difference from each worker. */
  public enum ExpertWeights {
    /** Equal weights. */
    EQUAL,
    /**
     * Weights in proportion to the tokens that the expert computed in the last micro-batch of each
     * step. An expert without tokens does not change.
     */
    TOKENS
  }

  /** Rejects values out of bounds. */
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

  /** Returns the default outer step with AdamW, equal weights and float32. */
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

  /** Returns a copy with another number of workers. */
  public RoundConfig withWorkers(int other) {
    return new RoundConfig(other, localSteps, outerRate, outerMomentum, inner, experts, wire);
  }

  /** Returns a copy with another outer step. */
  public RoundConfig withOuter(double rate, double momentum) {
    return new RoundConfig(workers, localSteps, rate, momentum, inner, experts, wire);
  }

  /** Returns a copy with another inner optimizer. */
  public RoundConfig withInner(Inner other) {
    return new RoundConfig(workers, localSteps, outerRate, outerMomentum, other, experts, wire);
  }

  /** Returns a copy with other weights of experts. */
  public RoundConfig withExperts(ExpertWeights other) {
    return new RoundConfig(workers, localSteps, outerRate, outerMomentum, inner, other, wire);
  }

  /** Returns a copy with another format. */
  public RoundConfig withWire(WireFormat other) {
    return new RoundConfig(workers, localSteps, outerRate, outerMomentum, inner, experts, other);
  }
}
