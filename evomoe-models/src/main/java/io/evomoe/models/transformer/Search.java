package io.evomoe.models.transformer;

import io.evomoe.internal.names.FieldBound;

/**
 * Settings of the search for translations.
 *
 * <p>Each step continues the {@code beam} most likely unfinished translations of a sentence. As in
 * fairseq, a search ends when {@code beam} translations are finished. It also ends when no
 * unfinished one can become the best. The best has the greatest {@code log P(y|x) / ((5 + |y|) /
 * 6)^a}, where |y| counts the end token. This is the length penalty of Wu et al. 2016 (arXiv
 * 1609.08144, equation 14) without the coverage term.
 *
 * @param beam unfinished translations kept per sentence, at least 1; 1 is greedy search
 * @param lengthPenalty exponent a, at least 0: 0 prefers short translations, greater values longer
 *     ones (0.6 in Vaswani et al. 2017, section 6.1). It has no effect on greedy search
 * @param maxLength maximum number of tokens in a translation, at least 1. The model's positions and
 *     {@code 2 n + 10} for a source of n tokens are limits too. A translation ends at its limit
 * @param sentences sentences per batch, at least 1
 */
public record Search(int beam, double lengthPenalty, int maxLength, int sentences) {
  private static final int SENTENCES = 32;

  /** Rejects numbers out of bounds. */
  public Search {
    FieldBound.atLeast("beam", beam, 1);
    FieldBound.atLeast("maxLength", maxLength, 1);
    FieldBound.atLeast("sentences", sentences, 1);
    if (!(lengthPenalty >= 0) || Double.isInfinite(lengthPenalty)) {
      throw new IllegalArgumentException(
          "lengthPenalty must be at least 0 and finite, was " + lengthPenalty);
    }
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
