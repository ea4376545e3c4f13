package io.evomoe.training.internal.rounds;

import java.io.Serializable;

/**
 * Sums over the workers of a round.
 *
 * @param workers number of workers
 * @param measured number of workers with a loss, i.e. not all of their steps were skipped
 * @param loss sum of each worker's mean task loss over its steps with a loss, in nats per token
 * @param auxLoss sum of each worker's mean auxiliary loss over these steps
 * @param tokens tokens trained on
 * @param flops FLOPs spent
 * @param skipped steps that changed nothing
 */
public record RoundSums(
    int workers, int measured, double loss, double auxLoss, long tokens, double flops, long skipped)
    implements Serializable {
  static final RoundSums NONE = new RoundSums(0, 0, 0, 0, 0, 0, 0);

  RoundSums plus(RoundSums other) {
    return new RoundSums(
        workers + other.workers,
        measured + other.measured,
        loss + other.loss,
        auxLoss + other.auxLoss,
        tokens + other.tokens,
        flops + other.flops,
        skipped + other.skipped);
  }

  /** Returns the mean task loss over workers, NaN if none has one. */
  public double meanLoss() {
    return loss / measured;
  }

  /** Returns the mean auxiliary loss over workers, NaN if none has one. */
  public double meanAuxLoss() {
    return auxLoss / measured;
  }
}
