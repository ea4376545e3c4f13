package io.evomoe.models.metrics;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Sums over a corpus for the n-grams of one order. */
final class NGramCounts {
  private long hypothesis;
  private long reference;
  private long common;

  /** Adds one sentence: its n-grams and those of its reference, repeated ones repeatedly. */
  <K> void add(List<K> hypothesisGrams, List<K> referenceGrams) {
    hypothesis += hypothesisGrams.size();
    reference += referenceGrams.size();
    Map<K, Integer> left = new HashMap<>();
    referenceGrams.forEach(gram -> left.merge(gram, 1, Integer::sum));
    for (K gram : hypothesisGrams) {
      Integer unmatched = left.get(gram);
      if (unmatched != null && unmatched > 0) {
        left.put(gram, unmatched - 1);
        common++;
      }
    }
  }

  /** n-grams of the hypotheses. */
  long hypothesis() {
    return hypothesis;
  }

  /** n-grams of the references. */
  long reference() {
    return reference;
  }

  /** n-grams of a hypothesis that its reference has too, each at most as often as there. */
  long common() {
    return common;
  }
}
