package io.evomoe.models.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How often two symbols stand side by side in a multiset of words, kept up to date while pairs are
 * merged: a merge touches only the words that hold the pair, and a queue entry whose count is out
 * of date is put right when it comes up.
 */
final class PairCounts {
  /** A pair that occurs once is no use as a token. */
  static final long MINIMUM = 2;

  /** A pair with its count at some time; the most frequent first, then the lowest ids. */
  record Candidate(long count, int left, int right) implements Comparable<Candidate> {
    @Override
    public int compareTo(Candidate other) {
      int order = Long.compare(other.count, count);
      return order != 0 ? order : Long.compare(key(left, right), key(other.left, other.right));
    }
  }

  private static final class Occurrences {
    private long count;
    private int[] words = new int[4];
    private int size;

    private void add(int word) {
      if (size > 0 && words[size - 1] == word) {
        return;
      }
      if (size == words.length) {
        words = Arrays.copyOf(words, 2 * size);
      }
      words[size++] = word;
    }
  }

  private final List<int[]> words = new ArrayList<>();
  private final long[] counts;
  private final Map<Long, Occurrences> pairs = new HashMap<>();
  private final PriorityQueue<Candidate> queue = new PriorityQueue<>();

  /** Counts the pairs of bytes in {@code wordCounts}, which maps a word to how often it occurs. */
  PairCounts(Map<String, Long> wordCounts) {
    counts = new long[wordCounts.size()];
    for (Map.Entry<String, Long> entry : wordCounts.entrySet()) {
      int word = words.size();
      counts[word] = entry.getValue();
      words.add(ByteAlphabet.ids(entry.getKey()));
      addPairs(word);
    }
    pairs.keySet().forEach(this::enqueue);
  }

  /** The pair to merge next, or null when none occurs at least {@link #MINIMUM} times. */
  @Nullable Candidate mostFrequent() {
    Candidate top = queue.poll();
    while (top != null && occurrences(key(top.left, top.right)).count != top.count) {
      enqueue(key(top.left, top.right));
      top = queue.poll();
    }
    return top;
  }

  /** Writes {@code merged} for every occurrence of the pair, from left to right. */
  void merge(Candidate pair, int merged) {
    Occurrences occurrences = occurrences(key(pair.left, pair.right));
    int[] holders = Arrays.copyOf(occurrences.words, occurrences.size);
    Set<Long> grown = new LinkedHashSet<>();
    for (int word : holders) {
      int[] before = words.get(word);
      int[] after = merged(before, pair, merged);
      if (after.length < before.length) {
        removePairs(word);
        words.set(word, after);
        addPairs(word);
        collect(after, merged, grown);
      }
    }
    grown.forEach(this::enqueue);
  }

  private void enqueue(long key) {
    long count = occurrences(key).count;
    if (count >= MINIMUM) {
      queue.add(new Candidate(count, (int) (key >>> 32), (int) key));
    }
  }

  private void removePairs(int word) {
    int[] symbols = words.get(word);
    for (int i = 1; i < symbols.length; i++) {
      occurrences(key(symbols[i - 1], symbols[i])).count -= counts[word];
    }
  }

  private void addPairs(int word) {
    int[] symbols = words.get(word);
    for (int i = 1; i < symbols.length; i++) {
      Occurrences occurrences = occurrences(key(symbols[i - 1], symbols[i]));
      occurrences.count += counts[word];
      occurrences.add(word);
    }
  }

  private Occurrences occurrences(long key) {
    return pairs.computeIfAbsent(key, unused -> new Occurrences());
  }

  private static int[] merged(int[] symbols, Candidate pair, int merged) {
    int[] result = new int[symbols.length];
    int size = 0;
    for (int i = 0; i < symbols.length; i++) {
      boolean match =
          i + 1 < symbols.length && symbols[i] == pair.left && symbols[i + 1] == pair.right;
      result[size++] = match ? merged : symbols[i];
      i += match ? 1 : 0;
    }
    return Arrays.copyOf(result, size);
  }

  private static void collect(int[] symbols, int merged, Set<Long> grown) {
    for (int i = 1; i < symbols.length; i++) {
      if (symbols[i - 1] == merged || symbols[i] == merged) {
        grown.add(key(symbols[i - 1], symbols[i]));
      }
    }
  }

  private static long key(int left, int right) {
    return ((long) left << 32) | right;
  }
}
