package io.evomoe.step;

/** Where a run stands in EvoMoE's evolution (arXiv 2112.14397, section 4). */
public enum Phase {
  /** Expert-diversify: one expert, a plain feed-forward net, and no gate. */
  DIVERSIFY,
  /** Gate-sparsify, soft: every expert above the threshold takes the token. */
  SOFT,
  /**
   * Gate-sparsify, hard: the first experts alone take the token, one or as many as the {@link
   * StepContext#hardExperts() pass} says.
   */
  HARD
}
