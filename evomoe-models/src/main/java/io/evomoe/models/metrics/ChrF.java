package io.evomoe.models.metrics;

import java.util.List;
import java.util.stream.Stream;

/**
 * chrF2 of a corpus (Popović, WMT 2015 and 2016) with sacreBLEU's defaults. It counts n-grams of 1
 * to 6 characters (Unicode code points) without white space, and no word n-grams. Case is kept,
 * there is one reference per sentence, and counts are summed over the corpus.
 *
 * <p>Precision P and recall R are means over the orders that both sides have n-grams of (effective
 * order). {@code chrF = 100 (1 + 4) P R / (4 P + R)}, so recall counts beta = 2 times as much. The
 * outputs' n-grams of an order that the reference is too short for do not count.
 */
public final class ChrF {
  private static final int ORDER = 6;
  private static final double BETA_SQUARED = 4;

  private ChrF() {}

  /**
   * Scores a corpus.
   *
   * @param hypotheses the outputs, one per sentence; an empty one counts as no characters
   * @param references the reference translations in the same order
   * @return in 0..100
   * @throws IllegalArgumentException if there is no sentence, or not one reference for each
   */
  public static double score(List<String> hypotheses, List<String> references) {
    List<NGramCounts> orders =
        NGramCounts.of(hypotheses, references, ORDER, ChrF::characters, true);
    List<NGramCounts> effective =
        orders.stream().filter(c -> c.hypothesis() > 0 && c.reference() > 0).toList();
    double precision = mean(effective.stream().map(c -> share(c.common(), c.hypothesis())));
    double recall = mean(effective.stream().map(c -> share(c.common(), c.reference())));
    return precision + recall == 0
        ? 0
        : 100 * (1 + BETA_SQUARED) * precision * recall / (BETA_SQUARED * precision + recall);
  }

  /**
   * Returns the settings in sacreBLEU's form, without its version, because this is another
   * implementation.
   */
  public static String signature() {
    return "nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no";
  }

  private static List<Integer> characters(String sentence) {
    return Tokenizer13a.withoutSpace(sentence).codePoints().boxed().toList();
  }

  private static double share(long part, long all) {
    return (double) part / all;
  }

  private static double mean(Stream<Double> shares) {
    return shares.mapToDouble(Double::doubleValue).average().orElse(0);
  }
}
