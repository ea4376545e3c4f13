package io.evomoe.models.transformer;

import org.jspecify.annotations.Nullable;

/**
 * An unfinished translation: its parent and one more token.
 *
 * @param parent null for the empty one
 * @param beam index of the parent among the unfinished translations of its step
 * @param token added to the parent
 * @param length total number of tokens
 * @param logProbability of all tokens
 */
record Hypothesis(
    @Nullable Hypothesis parent, int beam, int token, int length, double logProbability) {

  /** Returns the empty translation; the decoder reads {@code start} first. */
  static Hypothesis empty(int start) {
    return new Hypothesis(null, 0, start, 0, 0);
  }

  /** Returns this translation, at index {@code number} of its step, with one more token. */
  Hypothesis and(int number, int next, double nextLogProbability) {
    return new Hypothesis(this, number, next, length + 1, logProbability + nextLogProbability);
  }

  /** Returns the tokens. */
  int[] tokens() {
    int[] tokens = new int[length];
    Hypothesis last = this;
    for (int i = length - 1; i >= 0 && last != null; i--) {
      tokens[i] = last.token;
      last = last.parent;
    }
    return tokens;
  }
}
