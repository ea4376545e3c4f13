package io.evomoe.models.gpt;

import io.evomoe.kernel.Activation;

/**
 * The size of a GPT.
 *
 * @param vocabulary token ids, at least 1
 * @param positions longest sequence, at least 1
 * @param layers blocks, at least 1
 * @param width d, at least 1
 * @param hidden width inside a feed-forward net or expert, at least 1
 * @param heads attention heads; divides the width
 * @param experts experts in an MoE block, at least 1
 * @param moeEvery every how many blocks one has experts: blocks {@code moeEvery}, {@code 2
 *     moeEvery} and so on, counted from 1; at least 1
 * @param dropout rate on embeddings and both branches of a block, in [0, 1)
 * @param activation inside feed-forward nets
 */
public record GptConfig(
    int vocabulary,
    int positions,
    int layers,
    int width,
    int hidden,
    int heads,
    int experts,
    int moeEvery,
    double dropout,
    Activation activation) {

  /** Refuses sizes out of their bounds. */
  public GptConfig {
    requirePositive("vocabulary", vocabulary);
    requirePositive("positions", positions);
    requirePositive("layers", layers);
    requirePositive("width", width);
    requirePositive("hidden", hidden);
    requirePositive("heads", heads);
    requirePositive("experts", experts);
    requirePositive("moeEvery", moeEvery);
    if (width % heads != 0) {
      throw new IllegalArgumentException("heads must divide the width " + width + ", was " + heads);
    }
    if (!(dropout >= 0 && dropout < 1)) {
      throw new IllegalArgumentException("dropout must be in [0, 1), was " + dropout);
    }
  }

  /** Whether block {@code index}, from 0, is a place for experts. */
  public boolean isMoe(int index) {
    return (index + 1) % moeEvery == 0;
  }

  /** Number of blocks that are places for experts. */
  public int moeLayers() {
    return layers / moeEvery;
  }

  private static void requirePositive(String field, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(field + " must be at least 1, was " + value);
    }
  }
}
