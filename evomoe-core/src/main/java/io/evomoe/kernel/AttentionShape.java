package io.evomoe.kernel;

import io.evomoe.internal.names.FieldBound;

/**
 * The shape of a multi-head attention.
 *
 * @param batch number of sequences
 * @param heads heads of the queries
 * @param keyValueHeads heads of keys and values, a divisor of {@code heads}. Each is shared by
 *     {@code heads / keyValueHeads} successive query heads (grouped-query attention, Ainslie et al.
 *     2023, arXiv 2305.13245)
 * @param queries query positions per sequence
 * @param keys key positions per sequence
 * @param causal whether query i sees only keys 0..i
 */
public record AttentionShape(
    int batch, int heads, int keyValueHeads, int queries, int keys, boolean causal) {

  /** Rejects heads that cannot be shared evenly. */
  public AttentionShape {
    FieldBound.divides("keyValueHeads", keyValueHeads, "heads", heads);
  }

  /** Creates a shape in which each head has its own keys and values. */
  public AttentionShape(int batch, int heads, int queries, int keys, boolean causal) {
    this(batch, heads, heads, queries, keys, causal);
  }

  /** Returns the number of query heads that share one head of keys and values. */
  public int group() {
    return heads / keyValueHeads;
  }
}
