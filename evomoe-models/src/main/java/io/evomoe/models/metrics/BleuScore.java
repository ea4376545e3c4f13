package io.evomoe.models.metrics;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.Locale;

/**
 * BLEU of a corpus.
 *
 * @param score in 0..100
 * @param precisions of the n-grams of order 1 to 4, smoothed, in 0..100; all 0 without a match
 * @param brevityPenalty factor in 0..1
 * @param hypothesisLength number of words in the outputs
 * @param referenceLength number of words in the references
 * @param signature settings of the computation
 */
public record BleuScore(
    double score,
    List<Double> precisions,
    double brevityPenalty,
    long hypothesisLength,
    long referenceLength,
    String signature) {

  /** Keeps the precisions unmodifiable. */
  public BleuScore {
    precisions = List.copyOf(precisions);
  }

  /** Returns one line in sacreBLEU's form. */
  public String text() {
    double ratio = referenceLength == 0 ? 0 : (double) hypothesisLength / referenceLength;
    return String.format(
        Locale.ROOT,
        "BLEU|%s = %.1f %s (BP = %.3f ratio = %.3f hyp_len = %d ref_len = %d)",
        signature,
        score,
        precisions.stream().map(p -> String.format(Locale.ROOT, "%.1f", p)).collect(joining("/")),
        brevityPenalty,
        ratio,
        hypothesisLength,
        referenceLength);
  }
}
