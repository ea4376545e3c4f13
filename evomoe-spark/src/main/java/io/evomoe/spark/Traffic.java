package io.evomoe.spark;

import io.evomoe.training.internal.rounds.WireFormat;

/**
 * Bytes of arrays that a round moves: the start, in float32, to each process; and one difference
 * for each partial sum of a tree of pairs, up to the driver.
 *
 * @param numbers trained, all experts included
 * @param stateNumbers of gates, each in float64
 */
record Traffic(long numbers, long stateNumbers) {

  /** Partial sums of so many: the next level of the tree. */
  static int halved(int parts) {
    return (parts + 1) / 2;
  }

  /** Differences that are sent for so many workers: each to a partial sum, each of those to its. */
  static long transfers(int workers) {
    long sent = 1;
    for (int left = workers; left > 1; left = halved(left)) {
      sent += left;
    }
    return sent;
  }

  /**
   * Bytes of one round.
   *
   * @param processes that get the start
   * @param workers that send a difference
   */
  long roundBytes(int processes, int workers, WireFormat wire) {
    return processes * WireFormat.F32.bytes(numbers, stateNumbers)
        + transfers(workers) * wire.bytes(numbers, stateNumbers);
  }
}
