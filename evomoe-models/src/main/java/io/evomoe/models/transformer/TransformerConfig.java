package io.evomoe.models.transformer;

import io.evomoe.models.stack.StackSize;

/**
 * The size of an encoder-decoder Transformer.
 *
 * @param vocabulary token ids of both languages together, at least 1
 * @param positions longest sequence on either side, its end token included; at least 2
 * @param encoder size of the stack that reads the source
 * @param decoder size of the stack that writes the target; as wide as the encoder
 * @param labelSmoothing share of a target's probability that is spread over all tokens in training,
 *     in [0, 1); 0.1 in Vaswani et al. 2017, section 5.4
 */
public record TransformerConfig(
    int vocabulary, int positions, StackSize encoder, StackSize decoder, double labelSmoothing) {

  /** Refuses sizes out of their bounds. */
  public TransformerConfig {
    if (vocabulary < 1) {
      throw new IllegalArgumentException("vocabulary must be at least 1, was " + vocabulary);
    }
    if (positions < 2) {
      throw new IllegalArgumentException("positions must be at least 2, was " + positions);
    }
    if (decoder.width() != encoder.width()) {
      throw new IllegalArgumentException(
          "decoder.width must be that of the encoder, %d, was %d"
              .formatted(encoder.width(), decoder.width()));
    }
    if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
      throw new IllegalArgumentException("labelSmoothing must be in [0, 1), was " + labelSmoothing);
    }
  }

  /** Width of both stacks and of the embedding. */
  public int width() {
    return encoder.width();
  }

  /** Number of blocks of both stacks that are places for experts. */
  public int moeLayers() {
    return encoder.moeLayers() + decoder.moeLayers();
  }
}
