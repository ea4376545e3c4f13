package io.evomoe.moe;

import java.util.stream.IntStream;

/** Counts of each token id in a text. */
public final class TokenFrequencies {
  private final long[] counts;

  private TokenFrequencies(long[] counts) {
    this.counts = counts;
  }

  /**
   * Counts ids.
   *
   * @param ids ids in 0..vocabulary-1
   */
  public static TokenFrequencies count(IntStream ids, int vocabulary) {
    long[] counts = new long[vocabulary];
    ids.forEach(
        id -> {
          if (id < 0 || id >= vocabulary) {
            throw new IllegalArgumentException(
                "token id must be in 0..%d, was %d".formatted(vocabulary - 1, id));
          }
          counts[id]++;
        });
    return new TokenFrequencies(counts);
  }

  /** Returns the number of token ids. */
  public int vocabulary() {
    return counts.length;
  }

  /** Returns the number of occurrences of a token id. */
  public long of(int id) {
    return counts[id];
  }
}
