package io.evomoe.training;

/** Measures the seconds since its creation. */
final class Stopwatch {
  private static final double NANOS = 1e9;

  private final long start = System.nanoTime();

  double seconds() {
    return (System.nanoTime() - start) / NANOS;
  }
}
