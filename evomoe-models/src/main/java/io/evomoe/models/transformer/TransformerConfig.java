package io.evomoe.models.transformer;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.models.stack.StackConfig;

/**
 * The size of an encoder-decoder Transformer.
 *
 * @param vocabulary number of token ids, shared by both languages, at least 1
 * @param positions longest source or target, its end token included; at least 2
 * @param encoder size of the encoder's stack
 * @param decoder size of the decoder's stack, with the encoder's hidden size
 * @param labelSmoothing share of a target's probability that training spreads over all tokens, in
 *     [0, 1); 0.1 in Vaswani et al. 2017, section 5.4
 */
public record TransformerConfig(
    int vocabulary,
    int positions,
    StackConfig encoder,
    StackConfig decoder,
    double labelSmoothing) {

  /** Rejects sizes out of bounds. */
  public TransformerConfig {
    FieldBound.atLeast("vocabulary", vocabulary, 1);
    FieldBound.atLeast("positions", positions, 2);
    if (decoder.hiddenSize() != encoder.hiddenSize()) {
      throw new IllegalArgumentException(
          "decoder.width must be that of the encoder, %d, was %d"
              .formatted(encoder.hiddenSize(), decoder.hiddenSize()));
    }
    FieldBound.belowOne("labelSmoothing", labelSmoothing);
  }

  /** Returns the hidden size of both stacks and of the embedding. */
  public int width() {
    return encoder.hiddenSize();
  }

  /** Returns the number of MoE blocks in both stacks. */
  public int moeLayers() {
    return encoder.moeLayers() + decoder.moeLayers();
  }
}
