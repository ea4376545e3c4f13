package io.evomoe.training.internal.rounds;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Sums over the workers of a round.
 *
 * @param workers that are in it
 * @param loss sum of each worker's mean task loss over its steps, nats a token
 * @param auxLoss the same of the auxiliary losses
 * @param tokens trained on
 * @param flops spent
 * @param skipped steps that changed nothing
 */
public record RoundSums(
    int workers, double loss, double auxLoss, long tokens, double flops, long skipped) {
  static final RoundSums NONE = new RoundSums(0, 0, 0, 0, 0, 0);

  RoundSums plus(RoundSums other) {
    return new RoundSums(
        workers + other.workers,
        loss + other.loss,
        auxLoss + other.auxLoss,
        tokens + other.tokens,
        flops + other.flops,
        skipped + other.skipped);
  }

  /** Mean over workers of the task loss. */
  public double meanLoss() {
    return loss / workers;
  }

  /** Mean over workers of the auxiliary loss. */
  public double meanAuxLoss() {
    return auxLoss / workers;
  }

  void write(DataOutput out) throws IOException {
    out.writeInt(workers);
    out.writeDouble(loss);
    out.writeDouble(auxLoss);
    out.writeLong(tokens);
    out.writeDouble(flops);
    out.writeLong(skipped);
  }

  static RoundSums read(DataInput in) throws IOException {
    return new RoundSums(
        in.readInt(),
        in.readDouble(),
        in.readDouble(),
        in.readLong(),
        in.readDouble(),
        in.readLong());
  }
}
