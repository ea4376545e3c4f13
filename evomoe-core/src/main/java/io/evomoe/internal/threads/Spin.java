package io.evomoe.internal.threads;

import java.util.function.BooleanSupplier;

/**
 * Looking again and again for something that another thread does. What a sleep and a wake-up cost
 * is some 50 microseconds, so looking is worth about that; after a vain look the next one is
 * shorter, after a good one longer again.
 */
final class Spin {
  private static final long LONGEST = 100_000;
  private static final long SHORTEST = 2_000;

  private long nanoseconds = LONGEST;

  /** Whether it came true while looking. */
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
