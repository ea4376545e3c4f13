package io.evomoe.models.transformer;

import io.evomoe.internal.names.Field;
import io.evomoe.internal.names.Fields;

/**
 * Settings of the search for translations.
 *
 * <p>Each step continues the {@code beam} most likely unfinished translations of a sentence. As in
 * fairseq, a search ends when {@code beam} translations are finished. It also ends when no
 * unfinished one can become the best. The best has the greatest {@code log P(y|x) / ((5 + |y|) /
 * 6)^a}, where |y| counts the end token. This is the length penalty of Wu et al. 2016 (arXiv
 * 1609.08144, equation 14) without the coverage term. The default exponent a is that of Vaswani et
 * al. 2017, section 6.1.
 */
public record Search(
    @Field(
            doc = "unfinished translations kept per sentence; 1 is greedy search",
            initial = "4",
            min = 1)
        int beam,
    @Field(
            doc =
                "0 prefers short translations, greater values longer ones. It has no effect on greedy "
                    + "search",
            initial = "0.6",
            min = 0)
        double lengthPenalty,
    @Field(
            doc =
                "maximum number of tokens in a translation. The model's positions and `2 n + 10` for "
                    + "a source of n tokens are limits too. A translation ends at its limit",
            initial = "2147483647",
            min = 1)
        int maxLength,
    @Field(doc = "sentences per batch", initial = "32", min = 1) int sentences) {
  private static final int SENTENCES = 32;

  /** Beam search with four translations per sentence. */
  public static final Search DEFAULT = Fields.defaults(Search.class);

  /** Rejects numbers out of bounds. */
  public Search {
    Fields.require(Search.class, beam, lengthPenalty, maxLength, sentences);
  }

  /** Returns greedy search with 32 sentences per batch and the model's longest translation. */
  public static Search greedy() {
    return new Search(1, 0, Integer.MAX_VALUE, SENTENCES);
  }

  /** Returns beam search with 32 sentences per batch and the model's longest translation. */
  public static Search beam(int beam, double lengthPenalty) {
    return new Search(beam, lengthPenalty, Integer.MAX_VALUE, SENTENCES);
  }

  /** Returns the maximum number of tokens for the translation of a source of this length. */
  int limit(int sourceTokens) {
    return (int) Math.min(maxLength, 2L * sourceTokens + 10);
  }

  /** Returns the score for the comparison of finished translations. */
  double score(double logProbability, int length) {
    return logProbability / Math.pow((5.0 + length) / 6.0, lengthPenalty);
  }
}
