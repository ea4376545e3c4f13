package io.evomoe.models.metrics;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * BLEU-4 of a corpus (Papineni et al., ACL 2002) with sacreBLEU's defaults (Post, WMT 2018). There
 * is one reference per sentence, case is kept, and the plain, detokenized text is tokenized by 13a.
 * Counts are summed over the corpus before any division.
 *
 * <p>{@code BLEU = 100 BP exp(1/4 sum of ln p_n, n = 1..4)}. Precision p_n is the share of the
 * output's n-grams that are in the reference, each counted at most as often as there. The brevity
 * penalty is {@code BP = exp(1 - r/c)} if the output's c words are fewer than the references' r,
 * else 1. There is no effective order: a corpus without a 4-gram, or without one common word,
 * scores 0.
 */
public final class Bleu {
  /** The largest n. */
  private static final int ORDER = 4;

  /**
   * The replacement of a precision of 0, after Chen and Cherry ("A Systematic Comparison of
   * Smoothing Techniques for Sentence-Level BLEU", WMT 2014), with sacreBLEU's values.
   */
  public enum Smoothing {
    /** No smoothing: one order without a match makes the score 0. */
    NONE("none"),
    /** 0.1 matches (method 1). */
    FLOOR("floor[0.10]"),
    /** One additional match and n-gram for every n above 1, matched or not (method 2). */
    ADD_K("add-k[1.00]"),
    /**
     * 1/2 match for the first order without one, 1/4 for the second and so on (method 3, as
     * mteval-v13a.pl).
     */
    EXPONENTIAL("exp");

    private final String text;

    Smoothing(String text) {
      this.text = text;
    }
  }

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
  public record Score(
      double score,
      List<Double> precisions,
      double brevityPenalty,
      long hypothesisLength,
      long referenceLength,
      String signature) {

    /** Keeps the precisions unmodifiable. */
    public Score {
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

  private final Smoothing smoothing;

  /** Uses exponential smoothing. */
  public Bleu() {
    this(Smoothing.EXPONENTIAL);
  }

  /** Uses the given smoothing. */
  public Bleu(Smoothing smoothing) {
    this.smoothing = smoothing;
  }

  /**
   * Scores a corpus.
   *
   * @param hypotheses the outputs, one per sentence; an empty one counts as no words
   * @param references the reference translations in the same order
   * @throws IllegalArgumentException if there is no sentence, or not one reference for each
   */
  public Score score(List<String> hypotheses, List<String> references) {
    return score(NGramCounts.of(hypotheses, references, ORDER, Tokenizer13a::words, false));
  }

  /**
   * Returns the settings in sacreBLEU's form, without its version, because this is another
   * implementation.
   */
  public String signature() {
    return "nrefs:1|case:mixed|eff:no|tok:13a|smooth:" + smoothing.text;
  }

  private Score score(List<NGramCounts> orders) {
    long length = orders.get(0).hypothesis();
    long referenceLength = orders.get(0).reference();
    double penalty = brevityPenalty(length, referenceLength);
    double[] precisions = precisions(orders);
    double logs = IntStream.range(0, ORDER).mapToDouble(n -> Math.log(precisions[n])).sum();
    return new Score(
        100 * penalty * Math.exp(logs / ORDER),
        IntStream.range(0, ORDER).mapToObj(n -> 100 * precisions[n]).toList(),
        penalty,
        length,
        referenceLength,
        signature());
  }

  private static double brevityPenalty(long length, long referenceLength) {
    if (length >= referenceLength) {
      return 1;
    }
    return length == 0 ? 0 : Math.exp(1 - (double) referenceLength / length);
  }

  private double[] precisions(List<NGramCounts> orders) {
    double[] precisions = new double[ORDER];
    if (orders.stream().allMatch(counts -> counts.common() == 0)) {
      return precisions;
    }
    double share = 1;
    for (int n = 1; n <= ORDER; n++) {
      double more = smoothing == Smoothing.ADD_K && n > 1 ? 1 : 0;
      double common = orders.get(n - 1).common() + more;
      double all = orders.get(n - 1).hypothesis() + more;
      if (common == 0) {
        share /= 2;
        common = inPlaceOfZero(share);
      }
      precisions[n - 1] = all == 0 ? 0 : common / all;
    }
    return precisions;
  }

  private double inPlaceOfZero(double share) {
    return switch (smoothing) {
      case NONE, ADD_K -> 0;
      case FLOOR -> 0.1;
      case EXPONENTIAL -> share;
    };
  }
}
