package io.evomoe.nn;

import io.evomoe.internal.names.FieldBound;
import org.jspecify.annotations.Nullable;

/**
 * The size and form of a self-attention.
 *
 * @param width d, the hidden size, at least 1
 * @param heads heads of the queries, at least 1
 * @param keyValueHeads heads of keys and values, a divisor of {@code heads}; fewer heads make
 *     grouped-query attention (Ainslie et al. 2023, arXiv 2305.13245)
 * @param headWidth w, the size of each head, at least 1; even with rotary positions
 * @param biased whether the maps to queries, keys and values have biases
 * @param projectionBiased whether the output projection has a bias
 * @param norm normalisation of queries and keys; null for none
 * @param rotary rotary positions; null for none
 */
public record AttentionForm(
    int width,
    int heads,
    int keyValueHeads,
    int headWidth,
    boolean biased,
    boolean projectionBiased,
    @Nullable QueryKeyNorm norm,
    @Nullable Rotary rotary) {

  /** Rejects sizes out of bounds. */
  public AttentionForm {
    FieldBound.atLeast("width", width, 1);
    FieldBound.atLeast("heads", heads, 1);
    FieldBound.atLeast("headWidth", headWidth, 1);
    FieldBound.divides("keyValueHeads", keyValueHeads, "heads", heads);
    if (rotary != null && headWidth % 2 != 0) {
      throw new IllegalArgumentException(
          "headWidth must be even for rotary positions, was " + headWidth);
    }
  }

  /**
   * Returns the form of the original Transformer (Vaswani et al. 2017, section 3.2.2). Each head
   * has its own keys and values, there are biases and no rotary positions.
   *
   * @param heads a divisor of {@code width}
   */
  public static AttentionForm plain(int width, int heads) {
    requireHeads(width, heads);
    return new AttentionForm(width, heads, heads, width / heads, true, true, null, null);
  }

  static void requireHeads(int width, int heads) {
    FieldBound.atLeast("heads", heads, 1);
    if (width % heads != 0) {
      throw new IllegalArgumentException("heads must divide the width " + width + ", was " + heads);
    }
  }

  /** Returns whether queries and keys have neither norms nor rotary positions. */
  public boolean hasRawHeads() {
    return norm == null && rotary == null;
  }

  /** Returns the size of the queries of all heads. */
  public int queryWidth() {
    return heads * headWidth;
  }

  /** Returns the size of the keys, and of the values, of all heads. */
  public int keyWidth() {
    return keyValueHeads * headWidth;
  }
}
