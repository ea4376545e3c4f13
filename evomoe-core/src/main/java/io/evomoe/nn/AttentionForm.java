package io.evomoe.nn;

import io.evomoe.internal.names.FieldBound;
import org.jspecify.annotations.Nullable;

/**
 * The size and form of a self-attention.
 *
 * @param width d, at least 1
 * @param heads heads of the queries, at least 1
 * @param keyValueHeads heads of keys and values, a divisor of {@code heads}; fewer make
 *     grouped-query attention (Ainslie et al. 2023, arXiv 2305.13245)
 * @param headWidth w, width of each head, at least 1; even where there are rotary positions
 * @param biased whether the maps to queries, keys and values have biases
 * @param projectionBiased whether the map back has one
 * @param norm of queries and keys; null for none
 * @param rotary positions; null for none
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

  /** Refuses sizes out of their bounds. */
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
   * The Transformer's own (Vaswani et al. 2017, section 3.2.2): heads that share the width, each
   * with keys and values of its own, biases, no positions.
   *
   * @param heads divides the width
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

  /** Whether nothing happens to queries and keys before they meet. */
  public boolean hasRawHeads() {
    return norm == null && rotary == null;
  }

  /** Width of the queries of all heads. */
  public int queryWidth() {
    return heads * headWidth;
  }

  /** Width of the keys, and of the values, of all heads. */
  public int keyWidth() {
    return keyValueHeads * headWidth;
  }
}
