package io.evomoe.moe;

/** Where a layer of experts stands in a block. */
public enum Placement {
  /** In a residual branch, behind or before the block's norm: {@code x + layer(norm(x))}. */
  BRANCH,
  /**
   * In the stream: the block's output is {@code layer(x)}, with neither norm nor residual nor
   * dropout around it. The gate carries the stream, by a bypass or by weights that sum to 1, and
   * the experts do as well, so they are {@link ExpertForm#RESIDUAL}.
   */
  STREAM
}
