package io.evomoe.moe;

/** The position of an expert layer in a block. */
public enum Placement {
  /** In a residual branch, after or before the block's norm: {@code x + layer(norm(x))}. */
  BRANCH,
  /**
   * In the residual stream: the block's output is {@code layer(x)}, without norm, residual or
   * dropout. The gate passes the stream on, by a bypass or by weights that sum to 1. The experts
   * are {@link ExpertForm#RESIDUAL}, so they pass it on too.
   */
  STREAM
}
