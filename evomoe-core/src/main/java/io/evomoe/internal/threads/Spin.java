package io.evomoe.internal.threads;

import java.util.function.BooleanSupplier;

/**
 * Polls for something that another thread does. A sleep and a wake-up cost about 50 microseconds,
 * so polling is worth about that. It polls for less time after a failure and for more after a
 * success.
 */
final class Spin {
  private static final long LONGEST = 100_000;
  private static final long SHORTEST = 2_000;

  private long nanoseconds = LONGEST;

  /** Returns whether the condition became true while polling. */
  boolean until(BooleanSupplier condition) {
    if (condition.getAsBoolean()) {
      return true;
    }
    long start = System.nanoTime();
    do {
      for (int i = 0; i < 16; i++) {
        Thread.onSpinWait();
        if (condition.getAsBoolean()) {
          nanoseconds = Math.min(LONGEST, 2 * nanoseconds);
          return true;
        }
      }
    } while (System.nanoTime() - start < nanoseconds);
    nanoseconds = Math.max(SHORTEST, nanoseconds / 2);
    return false;
  }
}
