package io.evomoe.nn;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.kernel.ActivationFunction;

/**
 * What a feed-forward net computes, and its size.
 *
 * @param width d, at least 1
 * @param hidden width inside, at least 1
 * @param activation inside
 * @param gated whether what comes out of the activation is multiplied with a second map of the
 *     input: a gated linear unit (Shazeer 2020, arXiv 2002.05202), with {@link
 *     ActivationFunction#SILU} SwiGLU
 * @param biased whether its maps have biases
 */
public record FeedForwardForm(
    int width, int hidden, ActivationFunction activation, boolean gated, boolean biased) {

  /** Refuses sizes below 1. */
  public FeedForwardForm {
    FieldBound.atLeast("width", width, 1);
    FieldBound.atLeast("hidden", hidden, 1);
  }

  /** The Transformer's own (Vaswani et al. 2017, section 3.3): not gated, with biases. */
  public static FeedForwardForm plain(int width, int hidden, ActivationFunction activation) {
    return new FeedForwardForm(width, hidden, activation, false, true);
  }

  /** SwiGLU without biases, as Llama has it. */
  public static FeedForwardForm swiGlu(int width, int hidden) {
    return new FeedForwardForm(width, hidden, ActivationFunction.SILU, true, false);
  }

  /** The same with another width inside. */
  public FeedForwardForm withHidden(int other) {
    return new FeedForwardForm(width, other, activation, gated, biased);
  }
}
