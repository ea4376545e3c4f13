package io.evomoe.nn;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.kernel.ActivationFunction;
import io.soabase.recordbuilder.core.RecordBuilder;

/**
 * The configuration of a feed-forward net.
 *
 * @param hiddenSize d, the hidden size of the model, at least 1
 * @param intermediateSize intermediate size, at least 1
 * @param activation activation function
 * @param gated whether the activation is multiplied by an up projection: a gated linear unit
 *     (Shazeer 2020, arXiv 2002.05202). With {@link ActivationFunction#SILU} it is SwiGLU
 * @param biased whether its projections have biases
 */
@RecordBuilder
public record FeedForwardConfig(
    int hiddenSize,
    int intermediateSize,
    ActivationFunction activation,
    boolean gated,
    boolean biased)
    implements FeedForwardConfigBuilder.With {

  /** Rejects sizes below 1. */
  public FeedForwardConfig {
    FieldBound.atLeast("hiddenSize", hiddenSize, 1);
    FieldBound.atLeast("intermediateSize", intermediateSize, 1);
  }

  /**
   * Returns the net of the original Transformer (Vaswani et al. 2017, section 3.3): not gated, with
   * biases.
   */
  public static FeedForwardConfig plain(
      int hiddenSize, int intermediateSize, ActivationFunction activation) {
    return new FeedForwardConfig(hiddenSize, intermediateSize, activation, false, true);
  }

  /** Returns SwiGLU without biases, as in Llama. */
  public static FeedForwardConfig swiGlu(int hiddenSize, int intermediateSize) {
    return new FeedForwardConfig(
        hiddenSize, intermediateSize, ActivationFunction.SILU, true, false);
  }
}
