package io.evomoe.models.text;

import io.evomoe.models.text.source.Utf8Text;
import java.util.Arrays;
import java.util.Map;

/**
 * Words in one array, in which two neighbouring symbols can be merged without moving others. A
 * symbol is at the place of its first byte. The places of its other bytes are negative; the last
 * one points to the symbol's begin.
 */
final class SymbolRow {
  /** The symbol before and after each word. */
  static final int EDGE = Integer.MIN_VALUE;

  private final int[] row;
  private final int[] starts;
  private final long[] counts;

  /** Bytes of each symbol. */
  private int[] lengths = new int[2 * ByteAlphabet.SIZE];

  /** Receives pairs. */
  @FunctionalInterface
  interface PairVisitor {
    void pair(int place, int left, int right, long times);
  }

  /** Creates the bytes of words, with the frequency of each. */
  SymbolRow(Map<String, Long> wordCounts) {
    starts = new int[wordCounts.size()];
    counts = new long[wordCounts.size()];
    Arrays.fill(lengths, 0, ByteAlphabet.SIZE, 1);
    long size = 1;
    for (String word : wordCounts.keySet()) {
      size += Utf8Text.length(word) + 1L;
    }
    row = new int[Math.toIntExact(size)];
    row[0] = EDGE;
    int place = 1;
    int word = 0;
    for (Map.Entry<String, Long> entry : wordCounts.entrySet()) {
      int[] bytes = ByteAlphabet.ids(entry.getKey());
      System.arraycopy(bytes, 0, row, place, bytes.length);
      starts[word] = place;
      counts[word++] = entry.getValue();
      place += bytes.length;
      row[place++] = EDGE;
    }
  }

  /** Visits all pairs from left to right, before any merge. */
  void forEachPair(PairVisitor visitor) {
    for (int word = 0; word < starts.length; word++) {
      for (int i = starts[word]; row[i] != EDGE && row[i + 1] != EDGE; i++) {
        visitor.pair(i, row[i], row[i + 1], counts[word]);
      }
    }
  }

  /**
   * Returns the symbol that begins at a place, {@link #EDGE}, or a negative value if none begins
   * there.
   */
  int symbol(int place) {
    return row[place];
  }

  /** Returns the place after the symbol that begins at a place. */
  int next(int place) {
    return place + lengths[row[place]];
  }

  /** Returns the begin of the symbol before a place. */
  int previous(int place) {
    int last = row[place - 1];
    return last < 0 ? ~last : place - 1;
  }

  /** Returns the frequency of the word at a place. */
  long times(int place) {
    int found = Arrays.binarySearch(starts, place);
    return counts[found < 0 ? -found - 2 : found];
  }

  /** Merges the symbol at a place with its right neighbour. */
  void merge(int place, int merged) {
    int second = next(place);
    int end = next(second);
    if (merged >= lengths.length) {
      lengths = Arrays.copyOf(lengths, 2 * merged);
    }
    lengths[merged] = end - place;
    row[place] = merged;
    row[second] = ~place;
    row[end - 1] = ~place;
  }
}
