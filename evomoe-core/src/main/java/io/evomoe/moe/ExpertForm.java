package io.evomoe.moe;

/** What an expert computes. */
public enum ExpertForm {
  /** A {@link io.evomoe.nn.FeedForward}. */
  PLAIN,
  /** A {@link io.evomoe.nn.ResidualFeedForward}, the identity at the start. */
  RESIDUAL
}
