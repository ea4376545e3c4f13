package io.evomoe.models.metrics;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Sums over a corpus for the n-grams of one order. */
final class NGramCounts {
  private long hypothesis;
  private long reference;
  private long common;

  /**
   * Counts the n-grams of a corpus.
   *
   * @param hypotheses the outputs, one per sentence
   * @param references the reference translations in the same order
   * @param order the largest n
   * @param split returns the words or characters of a sentence
   * @param effective whether orders that a reference is too short for do not count
   * @return for n from 1
   * @throws IllegalArgumentException if there is no sentence, or not one reference for each
   */
  static List<NGramCounts> of(
      List<String> hypotheses,
      List<String> references,
      int order,
      Function<String, List<?>> split,
      boolean effective) {
    if (hypotheses.size() != references.size()) {
      throw new IllegalArgumentException(
          "hypotheses must be as many as references (%d), were %d"
              .formatted(references.size(), hypotheses.size()));
    }
    if (hypotheses.isEmpty()) {
      throw new IllegalArgumentException("hypotheses must be at least 1, were 0");
    }
    List<NGramCounts> orders = Stream.generate(NGramCounts::new).limit(order).toList();
    for (int i = 0; i < hypotheses.size(); i++) {
      List<?> output = split.apply(hypotheses.get(i));
      List<?> right = split.apply(references.get(i));
      int most = effective ? Math.min(order, right.size()) : order;
      for (int n = 1; n <= most; n++) {
        orders.get(n - 1).add(grams(output, n), grams(right, n));
      }
    }
    return orders;
  }

  private static List<? extends List<?>> grams(List<?> parts, int n) {
    return IntStream.rangeClosed(0, parts.size() - n)
        .mapToObj(i -> parts.subList(i, i + n))
        .toList();
  }

  /** Adds the n-grams of one sentence and its reference, with repetitions. */
  private void add(
      List<? extends List<?>> hypothesisGrams, List<? extends List<?>> referenceGrams) {
    hypothesis += hypothesisGrams.size();
    reference += referenceGrams.size();
    Map<List<?>, Integer> left = new HashMap<>();
    referenceGrams.forEach(gram -> left.merge(gram, 1, Integer::sum));
    for (List<?> gram : hypothesisGrams) {
      Integer unmatched = left.get(gram);
      if (unmatched != null && unmatched > 0) {
        left.put(gram, unmatched - 1);
        common++;
      }
    }
  }

  /** Returns the n-grams of the hypotheses. */
  long hypothesis() {
    return hypothesis;
  }

  /** Returns the n-grams of the references. */
  long reference() {
    return reference;
  }

  /**
   * Returns the n-grams of the hypotheses that are in their references, each counted at most as
   * often as there.
   */
  long common() {
    return common;
  }
}
