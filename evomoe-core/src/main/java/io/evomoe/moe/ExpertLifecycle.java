package io.evomoe.moe;

/** When a layer gets its experts. */
public enum ExpertLifecycle {
  /** Independent experts from the first step. */
  FROM_START,
  /** One expert at first. The others are spawned from it (EvoMoE's expert-diversify phase). */
  SPAWNED,
  /** Always one expert: a plain feed-forward net. */
  NEVER
}
