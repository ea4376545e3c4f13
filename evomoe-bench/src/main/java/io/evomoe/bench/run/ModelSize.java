package io.evomoe.bench.run;

import io.evomoe.kernel.Activation;
import io.evomoe.models.gpt.GptConfig;

/**
 * The size of a model, as a configuration file has it.
 *
 * @param layers blocks, at least 1
 * @param width d, at least 1
 * @param hidden width inside a feed-forward net or expert, at least 1
 * @param heads attention heads; divides the width
 * @param experts experts in an MoE block, at least 1
 * @param moeEvery every how many blocks one has experts, at least 1
 * @param vocabulary size of the vocabulary that the tokenizer is trained to, at least 257
 * @param sequence tokens per sequence, at least 1
 * @param dropout rate, in [0, 1)
 */
public record ModelSize(
    int layers,
    int width,
    int hidden,
    int heads,
    int experts,
    int moeEvery,
    int vocabulary,
    int sequence,
    double dropout) {

  /** Refuses sizes out of their bounds. */
  public ModelSize {
    new GptConfig(
        vocabulary,
        sequence,
        layers,
        width,
        hidden,
        heads,
        experts,
        moeEvery,
        dropout,
        Activation.GELU);
    if (vocabulary < 257) {
      throw new IllegalArgumentException(
          "vocabulary must be at least 257 (256 bytes and the end of text), was " + vocabulary);
    }
  }

  /** A GPT of this size over a vocabulary that may have turned out smaller. */
  public GptConfig gpt(int actualVocabulary) {
    return new GptConfig(
        actualVocabulary,
        sequence,
        layers,
        width,
        hidden,
        heads,
        experts,
        moeEvery,
        dropout,
        Activation.GELU);
  }
}
