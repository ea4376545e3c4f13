package io.evomoe.moe;

/** When a layer has its experts. */
public enum Growth {
  /** Independent experts from the first step. */
  FROM_START,
  /** One expert first; the others are spawned from it (EvoMoE's expert-diversify phase). */
  SPAWNED,
  /** One expert for good: a plain feed-forward net. */
  NEVER
}
