package io.evomoe.gates;

import io.evomoe.moe.TokenFrequencies;
import io.evomoe.random.CounterRandom;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Builds tables from token ids to experts. */
final class HashTable {
  private HashTable() {}

  /** Draws an expert for each id. */
  static int[] random(int vocabulary, int experts, CounterRandom random) {
    return IntStream.range(0, vocabulary).map(id -> random.below(experts, id)).toArray();
  }

  /**
   * Assigns ids from the most to the least frequent, each to the expert with the fewest occurrences
   * so far. Ties go to the expert with the fewest ids, then to the lowest index. So ids that never
   * occur are spread evenly, and loads differ by at most the largest frequency.
   */
  static int[] balanced(TokenFrequencies frequencies, int experts) {
    int[] table = new int[frequencies.vocabulary()];
    long[] occurrences = new long[experts];
    int[] ids = new int[experts];
    for (int id : mostFrequentFirst(frequencies)) {
      int lightest = lightest(occurrences, ids);
      table[id] = lightest;
      occurrences[lightest] += frequencies.of(id);
      ids[lightest]++;
    }
    return table;
  }

  private static int[] mostFrequentFirst(TokenFrequencies frequencies) {
    Comparator<Integer> byFrequency = Comparator.comparingLong(frequencies::of);
    return IntStream.range(0, frequencies.vocabulary())
        .boxed()
        .sorted(byFrequency.reversed())
        .mapToInt(id -> id)
        .toArray();
  }

  private static int lightest(long[] occurrences, int[] ids) {
    Comparator<Integer> byOccurrences = Comparator.comparingLong(e -> occurrences[e]);
    return IntStream.range(0, occurrences.length)
        .boxed()
        .min(byOccurrences.thenComparingInt(e -> ids[e]))
        .orElseThrow();
  }

  /** Returns an empty table that a checkpoint will fill. */
  static int[] empty(int vocabulary) {
    int[] table = new int[vocabulary];
    Arrays.fill(table, -1);
    return table;
  }
}
