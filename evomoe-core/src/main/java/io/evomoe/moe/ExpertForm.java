package io.evomoe.moe;

/** The kind of network that an expert is. */
public enum ExpertForm {
  /** A {@link io.evomoe.nn.FeedForward}. */
  PLAIN,
  /** A {@link io.evomoe.nn.ResidualFeedForward}, which starts as the identity. */
  RESIDUAL
}
