package io.evomoe.kernel;

import io.evomoe.internal.names.FieldBound;

/**
 * The shape of a multi-head attention.
 *
 * @param batch sequences
 * @param heads heads of the queries
 * @param keyValueHeads heads of keys and values, a divisor of {@code heads}: as many queries' heads
 *     as that makes, one after another, share one (grouped-query attention, Ainslie et al. 2023,
 *     arXiv 2305.13245)
 * @param queries positions that ask, per sequence
 * @param keys positions that answer, per sequence
 * @param causal whether query i sees keys 0..i only
 */
public record AttentionShape(
    int batch, int heads, int keyValueHeads, int queries, int keys, boolean causal) {

  /** Refuses heads that cannot be shared evenly. */
  public AttentionShape {
    FieldBound.divides("keyValueHeads", keyValueHeads, "heads", heads);
  }

  /** An attention each of whose heads has keys and values of its own. */
  public AttentionShape(int batch, int heads, int queries, int keys, boolean causal) {
    this(batch, heads, heads, queries, keys, causal);
  }

  /** Heads of the queries that share one of keys and values. */
  public int group() {
    return heads / keyValueHeads;
  }
}
