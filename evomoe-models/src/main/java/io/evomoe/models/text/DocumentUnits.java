package io.evomoe.models.text;

import io.evomoe.random.CounterRandom;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;

/**
 * Groups of equal documents, in the order of {@link ProportionalSample}: longest first. The seed
 * gives the order within a length, whatever the order of the documents.
 */
final class DocumentUnits {
  private static final long LONGEST = 0xFFFF_FFFFL;

  /** Bits of a document's index. */
  private static final int NUMBER = 31;

  private final int[] ofDocument;
  private final int[] firstDocument;
  private final long[] lengths;

  private DocumentUnits(int[] ofDocument, int[] firstDocument, long[] lengths) {
    this.ofDocument = ofDocument;
    this.firstDocument = firstDocument;
    this.lengths = lengths;
  }

  static DocumentUnits of(DocumentIndex index, long seed) {
    int[] documents = sorted(index.size(), index::bytes, order(index, seed));
    int[] equal = new int[documents.length];
    int units = 0;
    for (int i = 0; i < documents.length; i++) {
      units += i == 0 || !areEqual(index, documents[i - 1], documents[i]) ? 1 : 0;
      equal[documents[i]] = units - 1;
    }
    int[] first = new int[units];
    long[] lengths = new long[units];
    for (int document = documents.length - 1; document >= 0; document--) {
      first[equal[document]] = document;
      lengths[equal[document]] += index.bytes(document);
    }
    return units == documents.length
        ? new DocumentUnits(equal, first, lengths)
        : new DocumentUnits(equal, first, lengths).sorted(index, seed);
  }

  /** The length of equal documents is that of all of them together. */
  private DocumentUnits sorted(DocumentIndex index, long seed) {
    Comparator<Integer> order = order(index, seed);
    int[] units =
        sorted(
            lengths.length,
            unit -> lengths[unit],
            (one, other) -> order.compare(firstDocument[one], firstDocument[other]));
    int[] place = new int[units.length];
    for (int i = 0; i < units.length; i++) {
      place[units[i]] = i;
    }
    return new DocumentUnits(
        IntStream.of(ofDocument).map(unit -> place[unit]).toArray(),
        IntStream.of(units).map(unit -> firstDocument[unit]).toArray(),
        IntStream.of(units).mapToLong(unit -> lengths[unit]).toArray());
  }

  private static boolean areEqual(DocumentIndex index, int one, int other) {
    return index.bytes(one) == index.bytes(other)
        && index.chars(one) == index.chars(other)
        && index.hash(one) == index.hash(other)
        && index.check(one) == index.check(other);
  }

  /** The order of documents of one length. */
  private static Comparator<Integer> order(DocumentIndex index, long seed) {
    return Comparator.<Integer>comparingLong(i -> CounterRandom.fold(seed, index.hash(i)))
        .thenComparingLong(index::check);
  }

  /**
   * Returns the indices below {@code count}, the longest first, with an order within each length.
   */
  private static int[] sorted(int count, IntToLongFunction length, Comparator<Integer> order) {
    Comparator<Integer> wholeOrder =
        Comparator.<Integer>comparingLong(length::applyAsLong).reversed().thenComparing(order);
    long[] keys = new long[count];
    for (int i = 0; i < count; i++) {
      keys[i] = ((LONGEST - Math.min(length.applyAsLong(i), LONGEST)) << NUMBER) | i;
    }
    Arrays.sort(keys);
    int[] sorted = new int[count];
    for (int from = 0; from < count; ) {
      int to = from;
      while (to < count && keys[to] >>> NUMBER == keys[from] >>> NUMBER) {
        sorted[to] = (int) keys[to] & Integer.MAX_VALUE;
        to++;
      }
      List<Integer> alike =
          IntStream.range(from, to).mapToObj(i -> sorted[i]).sorted(wholeOrder).toList();
      for (int i = from; i < to; i++) {
        sorted[i] = alike.get(i - from);
      }
      from = to;
    }
    return sorted;
  }

  /** Returns the length of each unit, with all its documents, in UTF-8 bytes. */
  long[] lengths() {
    return lengths;
  }

  /** Returns the unit of a document. */
  int of(int document) {
    return ofDocument[document];
  }

  /** Returns the first document of a unit. */
  int first(int unit) {
    return firstDocument[unit];
  }
}
