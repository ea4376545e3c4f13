package io.evomoe.bench.measure;

import io.evomoe.internal.threads.Workers;

/** How many threads the kernels of this process have. */
public final class KernelThreads {
  private KernelThreads() {}

  /**
   * Sets their number; has an effect before the first kernel only.
   *
   * @param threads at least 1, at most the processors
   * @throws IllegalArgumentException for another number
   */
  public static void limit(int threads) {
    int processors = Runtime.getRuntime().availableProcessors();
    if (threads < 1 || threads > processors) {
      throw new IllegalArgumentException(
          "threads must be in 1..%d, the processors of this machine, was %d"
              .formatted(processors, threads));
    }
    System.setProperty(Workers.PROPERTY, Integer.toString(threads));
  }
}
