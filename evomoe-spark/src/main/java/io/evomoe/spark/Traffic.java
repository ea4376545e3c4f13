package io.evomoe.spark;

import io.evomoe.training.internal.rounds.WireFormat;

/**
 * Bytes of arrays that a round transfers: the start, in float32, to each process, and one
 * difference for each partial sum in a binary tree, up to the driver.
 *
 * @param numbers trained numbers, all experts included
 * @param stateNumbers numbers of the gates' state, each in float64
 */
record Traffic(long numbers, long stateNumbers) {

  /** Returns the number of partial sums at the next level of the tree. */
  static int halved(int parts) {
    return (parts + 1) / 2;
  }

  /**
   * Returns the number of transferred differences: one from each worker, and one from each partial
   * sum.
   */
  static long transfers(int workers) {
    long sent = 1;
    for (int left = workers; left > 1; left = halved(left)) {
      sent += left;
    }
    return sent;
  }

  /**
   * Returns the bytes of one round.
   *
   * @param processes number of processes that receive the start
   * @param workers number of workers that send a difference
   */
  long roundBytes(int processes, int workers, WireFormat wire) {
    return processes * WireFormat.F32.bytes(numbers, stateNumbers)
        + transfers(workers) * wire.bytes(numbers, stateNumbers);
  }
}
