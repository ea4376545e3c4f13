package io.evomoe.training.internal.rounds;

import java.io.Serializable;
import java.util.OptionalLong;

/**
 * The steps of each round: {@code localSteps} of them, from one multiple to the next. Experts are
 * spawned between two rounds, so a spawn step inside a round splits it in two.
 *
 * @param steps steps of the whole run, at least 1
 * @param localSteps steps between two averages (H), at least 1
 * @param spawnStep the step before which the experts are spawned; empty if nothing is spawned
 */
public record RoundPlan(long steps, long localSteps, OptionalLong spawnStep) {

  /**
   * Steps of one round.
   *
   * @param from the first, from 0
   * @param to the one after the last
   */
  public record Span(long from, long to) implements Serializable {

    /** Returns the number of steps. */
    public long length() {
      return to - from;
    }
  }

  /**
   * Returns the round that begins with a step.
   *
   * @param from a step that ends a round, or 0; below {@link #steps()}
   */
  public Span spanFrom(long from) {
    if (from < 0 || from >= steps) {
      throw new IllegalArgumentException(
          "from must be in 0..%d, was %d".formatted(steps - 1, from));
    }
    long to = Math.min(steps, (from / localSteps + 1) * localSteps);
    long spawn = spawnStep.orElse(-1);
    return new Span(from, spawn > from && spawn < to ? spawn : to);
  }

  /** Returns the round of a span, from 1. Both spans of a split round have the same number. */
  public long number(Span span) {
    return number(span.to());
  }

  /** Returns whether the spawn splits a round at the end of a span. */
  public boolean isCutAfter(Span span) {
    return span.to() < steps && span.to() % localSteps != 0;
  }

  /** Returns the number of rounds of the whole run. */
  public long rounds() {
    return number(steps);
  }

  private long number(long step) {
    return (step + localSteps - 1) / localSteps;
  }
}
