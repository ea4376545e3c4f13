package io.evomoe.nn;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.kernel.ActivationFunction;

/**
 * The form and size of a feed-forward net.
 *
 * @param width d, the hidden size of the model, at least 1
 * @param hidden intermediate size, at least 1
 * @param activation activation function
 * @param gated whether the activation is multiplied by an up projection: a gated linear unit
 *     (Shazeer 2020, arXiv 2002.05202). With {@link ActivationFunction#SILU} it is SwiGLU
 * @param biased whether its projections have biases
 */
public record FeedForwardForm(
    int width, int hidden, ActivationFunction activation, boolean gated, boolean biased) {

  /** Rejects sizes below 1. */
  public FeedForwardForm {
    FieldBound.atLeast("width", width, 1);
    FieldBound.atLeast("hidden", hidden, 1);
  }

  /**
   * Returns the form of the original Transformer (Vaswani et al. 2017, section 3.3): not gated,
   * with biases.
   */
  public static FeedForwardForm plain(int width, int hidden, ActivationFunction activation) {
    return new FeedForwardForm(width, hidden, activation, false, true);
  }

  /** Returns SwiGLU without biases, as in Llama. */
  public static FeedForwardForm swiGlu(int width, int hidden) {
    return new FeedForwardForm(width, hidden, ActivationFunction.SILU, true, false);
  }

  /** Returns a copy with another intermediate size. */
  public FeedForwardForm withHidden(int other) {
    return new FeedForwardForm(width, other, activation, gated, biased);
  }
}
