package io.evomoe.models.metrics;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Sums over a corpus for the n-grams of one order. */
final class NGramCounts {
  private long hypothesis;
  private long reference;
  private long common;

  /** Adds the n-grams of one sentence and its reference, with repetitions. */
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
