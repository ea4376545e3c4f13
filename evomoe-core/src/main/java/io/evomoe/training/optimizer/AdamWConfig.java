package io.evomoe.training.optimizer;

import io.evomoe.internal.names.FieldBound;

/**
 * Constants of {@link AdamW}.
 *
 * @param beta1 decay of the first moment, in [0, 1)
 * @param beta2 decay of the second moment, in [0, 1)
 * @param epsilon added to the root of the second moment, above 0
 * @param weightDecay decoupled decay, at least 0
 */
public record AdamWConfig(double beta1, double beta2, double epsilon, double weightDecay) {

  /** Rejects values out of bounds. */
  public AdamWConfig {
    FieldBound.belowOne("beta1", beta1);
    FieldBound.belowOne("beta2", beta2);
    FieldBound.positive("epsilon", epsilon);
    if (!(weightDecay >= 0) || Double.isInfinite(weightDecay)) {
      throw new IllegalArgumentException(
          "weightDecay must be at least 0 and finite, was " + weightDecay);
    }
  }
}
