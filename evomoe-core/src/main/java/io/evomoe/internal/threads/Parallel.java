package io.evomoe.internal.threads;

import java.util.function.IntConsumer;

/** Splits loops over disjoint outputs among the threads of {@link Workers}. */
public final class Parallel {
  private Parallel() {}

  /**
   * Runs body on pieces of [0, n) of at most {@code grain}, on any thread. Returns when all are
   * done.
   *
   * @param n number of indices; nothing is run for 0
   * @param grain at least 1
   */
  public static void ranges(int n, int grain, Range body) {
    int pieces = (n + grain - 1) / grain;
    each(pieces, p -> body.run(p * grain, Math.min(n, (p + 1) * grain)));
  }

  /** Runs body on each piece in [0, pieces), on any thread. Returns when all are done. */
  public static void each(int pieces, IntConsumer body) {
    Workers.shared().run(pieces, body);
  }

  /** A piece of a loop. */
  @FunctionalInterface
  public interface Range {

    /** Processes [from, to). */
    void run(int from, int to);
  }
}
