package io.evomoe.internal.threads;

import java.util.stream.IntStream;

/** Splits loops over disjoint outputs among the common pool's threads. */
public final class Parallel {
  private Parallel() {}

  /**
   * Runs body on pieces of [0, n) of at most {@code grain}; which thread runs one does not matter.
   * Returns when all are done.
   *
   * @param n numbers to go through; nothing is run for 0
   * @param grain at least 1
   */
  public static void ranges(int n, int grain, Range body) {
    int pieces = (n + grain - 1) / grain;
    if (pieces <= 1) {
      if (n > 0) {
        body.run(0, n);
      }
      return;
    }
    IntStream.range(0, pieces)
        .parallel()
        .forEach(p -> body.run(p * grain, Math.min(n, (p + 1) * grain)));
  }

  /** A piece of a loop. */
  @FunctionalInterface
  public interface Range {

    /** Goes through [from, to). */
    void run(int from, int to);
  }
}
