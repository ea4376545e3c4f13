package io.evomoe.models.transformer;

import io.evomoe.internal.names.FieldBound;

/**
 * How translations are searched for.
 *
 * <p>Each step continues the {@code beam} likeliest unfinished translations of a sentence. A search
 * ends when as many translations are finished (as in fairseq), or when none that is unfinished can
 * still become the best; the best has the greatest {@code log P(y|x) / ((5 + |y|) / 6)^a}, the
 * length penalty of Wu et al. 2016 (arXiv 1609.08144, equation 14, without the coverage term), |y|
 * counting the end token.
 *
 * @param beam unfinished translations kept a sentence, at least 1; 1 is greedy search
 * @param lengthPenalty a: 0 prefers short translations, greater numbers longer ones; at least 0
 *     (0.6 in Vaswani et al. 2017, section 6.1). Greedy search has nothing to choose by it
 * @param maxLength most tokens of a translation, at least 1; the model's positions and {@code 2 n +
 *     10}, n the tokens of the source, bound it as well. A translation that reaches its bound ends
 *     there
 * @param sentences searched for together, at least 1
 */
public record Search(int beam, double lengthPenalty, int maxLength, int sentences) {
  private static final int SENTENCES = 32;

  /** Refuses numbers out of their bounds. */
  public Search {
    FieldBound.atLeast("beam", beam, 1);
    FieldBound.atLeast("maxLength", maxLength, 1);
    FieldBound.atLeast("sentences", sentences, 1);
    if (!(lengthPenalty >= 0) || Double.isInfinite(lengthPenalty)) {
      throw new IllegalArgumentException(
          "lengthPenalty must be at least 0 and finite, was " + lengthPenalty);
    }
  }

  /** Always the likeliest next token, 32 sentences together, as long as the model can read. */
  public static Search greedy() {
    return new Search(1, 0, Integer.MAX_VALUE, SENTENCES);
  }

  /** Beam search, 32 sentences together, as long as the model can read. */
  public static Search beam(int beam, double lengthPenalty) {
    return new Search(beam, lengthPenalty, Integer.MAX_VALUE, SENTENCES);
  }

  /** Most tokens of the translation of a source of so many tokens. */
  int limit(int sourceTokens) {
    return (int) Math.min(maxLength, 2L * sourceTokens + 10);
  }

  /** The score that finished translations are compared by. */
  double score(double logProbability, int length) {
    return logProbability / Math.pow((5.0 + length) / 6.0, lengthPenalty);
  }
}
