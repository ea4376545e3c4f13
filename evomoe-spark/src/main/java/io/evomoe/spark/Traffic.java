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

  /** Bytes of the start of a round, to one process. */
  long startBytes() {
    return numbers * Float.BYTES + stateNumbers * Double.BYTES;
  }

  /** Bytes of one difference. */
  long differenceBytes(WireFormat wire) {
    return numbers * wire.width() + stateNumbers * Double.BYTES;
  }

  /** Differences that are sent for so many workers: each to a partial sum, each of those to its. */
  static long transfers(int workers) {
    long sent = 1;
    for (long left = workers; left > 1; left = (left + 1) / 2) {
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
    return processes * startBytes() + transfers(workers) * differenceBytes(wire);
  }

  /**
   * Seconds a round's bytes take where every process has a link of its own and the driver's is the
   * bottleneck of neither way: the start goes out once in pieces that processes pass on, and the
   * levels of the tree follow each other.
   *
   * @param bitsPerSecond of a link
   */
  double seconds(int workers, WireFormat wire, double bitsPerSecond) {
    int levels = 1;
    for (int left = workers; left > 1; left = (left + 1) / 2) {
      levels++;
    }
    double bytes = startBytes() + (double) levels * differenceBytes(wire);
    return 8 * bytes / bitsPerSecond;
  }
}
