package io.evomoe.training.internal.rounds;

import io.evomoe.internal.names.Field;
import io.evomoe.internal.names.Fields;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.io.Serializable;

/** Training and averaging in rounds. */
@RecordBuilder
public record RoundConfig(
    @Field(doc = "number of workers, each with a share of the text", initial = "2", min = 1)
        int workers,
    @Field(doc = "steps of each worker in a round", initial = "50", min = 1) long localSteps,
    @Field(
            doc =
                "learning rate of the outer step, which applies the mean difference of the workers; "
                    + "1 without momentum is plain averaging",
            initial = "1",
            above = 0)
        double outerRate,
    @Field(doc = "Nesterov momentum of the outer step", initial = "0.5", min = 0, below = 1)
        double outerMomentum,
    @Field(doc = "optimizer of the workers", initial = "ADAMW") Inner inner,
    @Field(
            doc = "weights of an expert's differences; `tokens` is in proportion to its tokens",
            initial = "EQUAL")
        ExpertWeights experts,
    @Field(doc = "number format of the differences", initial = "f32") WireFormat wire)
    implements RoundConfigBuilder.With, Serializable {
  /**
   * Two workers with 50 steps a round. DiLoCo uses an outer rate of 0.7 with a momentum of 0.9 for
   * hundreds of rounds (arXiv 2311.08105, section 3). This default is for fewer rounds; see
   * docs/spark.md.
   */
  public static final RoundConfig DEFAULT = Fields.defaults(RoundConfig.class);

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
    Fields.require(
        RoundConfig.class, workers, localSteps, outerRate, outerMomentum, inner, experts, wire);
  }
}
