package io.evomoe.training;

import io.evomoe.evolution.EvolvingFeedForward;
import io.evomoe.nn.Parameter;
import io.evomoe.step.StepContext;
import java.util.List;

/**
 * Something that can be trained on batches of type B.
 *
 * @param <B> a batch
 */
public interface Model<B> {

  /** The loss of one batch, with its backward pass. */
  Loss loss(B batch, StepContext context);

  /** Trainable parameters in a fixed order; more after a spawn. */
  List<Parameter> parameters();

  /** The feed-forward positions that hold experts, or may come to hold them, in order. */
  List<EvolvingFeedForward> evolvingLayers();

  /**
   * Parameters that take part in the matrix products of one token, when each token has the given
   * mean number of experts; embeddings that are only looked up do not count.
   */
  double activeParameters(double meanActiveExperts);
}
