package io.evomoe.step;

/** The phase of a run in EvoMoE's evolution (arXiv 2112.14397, section 4). */
public enum Phase {
  /** Expert-diversify: one expert, a plain feed-forward net, and no gate. */
  DIVERSIFY,
  /** Gate-sparsify, soft: every expert above the threshold takes the token. */
  SOFT,
  /**
   * Gate-sparsify, hard: a token uses only its first experts. Their number is {@link
   * StepContext#hardExperts()}.
   */
  HARD
}
