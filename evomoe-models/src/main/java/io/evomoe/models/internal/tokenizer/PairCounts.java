package io.evomoe.models.internal.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The number of occurrences of each pair of neighbouring symbols in a multiset of words, updated
 * while pairs are merged. A merge visits only the places of the pair and their neighbours, however
 * long the words are. An outdated queue entry is corrected when it comes up.
 */
final class PairCounts {
  /** A pair that occurs only once is useless as a token. */
  static final long MINIMUM = 2;

  /** A pair with its count at a moment; the most frequent first, then the lowest ids. */
  record Candidate(long count, int left, int right) implements Comparable<Candidate> {
    @Override
    public int compareTo(Candidate other) {
      int order = Long.compare(other.count, count);
      return order != 0 ? order : Long.compare(key(left, right), key(other.left, other.right));
    }
  }

  /** The places where a pair was seen; it may no longer be at all of them. */
  private static final class Occurrences {
    private long count;
    private int[] places = new int[4];
    private int size;

    private void add(int place, long times) {
      count += times;
      if (size == places.length) {
        places = Arrays.copyOf(places, size + (size >> 1));
      }
      places[size++] = place;
    }
  }

  private final SymbolRow row;
  private final Map<Long, Occurrences> pairs = new HashMap<>();
  private final PriorityQueue<Candidate> queue = new PriorityQueue<>();

  /** Counts the pairs of bytes in {@code wordCounts}, which maps a word to its frequency. */
  PairCounts(Map<String, Long> wordCounts) {
    row = new SymbolRow(wordCounts);
    for (int i = 1; i + 1 < row.places(); i++) {
      if (row.symbol(i) != SymbolRow.EDGE && row.symbol(i + 1) != SymbolRow.EDGE) {
        occurrences(key(row.symbol(i), row.symbol(i + 1))).add(i, row.times(i));
      }
    }
    pairs.keySet().forEach(this::enqueue);
  }

  /** Returns the pair to merge next, or null if none occurs at least {@link #MINIMUM} times. */
  @Nullable Candidate mostFrequent() {
    Candidate top = queue.poll();
    while (top != null && count(key(top.left, top.right)) != top.count) {
      enqueue(key(top.left, top.right));
      top = queue.poll();
    }
    return top;
  }

  /** Writes {@code merged} for every occurrence of the pair, from left to right. */
  void merge(Candidate pair, int merged) {
    Occurrences occurrences = pairs.remove(key(pair.left, pair.right));
    if (occurrences == null) {
      return;
    }
    int[] places = Arrays.copyOf(occurrences.places, occurrences.size);
    Arrays.sort(places);
    Set<Long> grown = new LinkedHashSet<>();
    for (int place : places) {
      if (row.symbol(place) == pair.left && row.symbol(row.next(place)) == pair.right) {
        replace(place, pair, merged, grown);
      }
    }
    pairs.remove(key(pair.left, pair.right));
    grown.forEach(this::enqueue);
  }

  private void replace(int place, Candidate pair, int merged, Set<Long> grown) {
    long times = row.times(place);
    int after = row.next(row.next(place));
    if (row.symbol(place - 1) != SymbolRow.EDGE) {
      int before = row.previous(place);
      move(before, key(row.symbol(before), pair.left), key(row.symbol(before), merged), times);
      grown.add(key(row.symbol(before), merged));
    }
    if (row.symbol(after) != SymbolRow.EDGE) {
      move(place, key(pair.right, row.symbol(after)), key(merged, row.symbol(after)), times);
      grown.add(key(merged, row.symbol(after)));
    }
    row.merge(place, merged);
  }

  private void move(int place, long from, long to, long times) {
    occurrences(from).count -= times;
    occurrences(to).add(place, times);
  }

  private void enqueue(long key) {
    long count = count(key);
    if (count >= MINIMUM) {
      queue.add(new Candidate(count, (int) (key >>> 32), (int) key));
    }
  }

  private long count(long key) {
    Occurrences occurrences = pairs.get(key);
    return occurrences == null ? 0 : occurrences.count;
  }

  private Occurrences occurrences(long key) {
    return pairs.computeIfAbsent(key, unused -> new Occurrences());
  }

  private static long key(int left, int right) {
    return ((long) left << 32) | right;
  }

  /**
   * Words in one array, in which two neighbouring symbols can be merged without moving others. A
   * symbol is at the place of its first byte. The places of its other bytes are negative; the last
   * one points to the symbol's begin.
   */
  private static final class SymbolRow {
    /** The symbol before and after each word. */
    static final int EDGE = Integer.MIN_VALUE;

    private final int[] row;
    private final int[] starts;
    private final long[] counts;

    /** Bytes of each symbol. */
    private int[] lengths = new int[2 * ByteAlphabet.SIZE];

    /** Creates the bytes of words, with the frequency of each. */
    SymbolRow(Map<String, Long> wordCounts) {
      starts = new int[wordCounts.size()];
      counts = new long[wordCounts.size()];
      Arrays.fill(lengths, 0, ByteAlphabet.SIZE, 1);
      long size = 1;
      for (String word : wordCounts.keySet()) {
        size += word.getBytes(StandardCharsets.UTF_8).length + 1L;
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

    /** Returns the number of places, those of edges included. */
    int places() {
      return row.length;
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
}
