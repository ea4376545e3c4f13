package io.evomoe.models.transformer;

import org.jspecify.annotations.Nullable;

/**
 * A translation as far as it has come: the one it continues and the token it adds.
 *
 * @param parent null for the empty one
 * @param beam number of the parent among the unfinished translations of its step
 * @param token added to the parent
 * @param length tokens in all
 * @param logProbability of all tokens
 */
record Hypothesis(
    @Nullable Hypothesis parent, int beam, int token, int length, double logProbability) {

  /** The empty translation; the decoder reads {@code start} first. */
  static Hypothesis empty(int start) {
    return new Hypothesis(null, 0, start, 0, 0);
  }

  /** This one, number {@code number} of its step, and one token more. */
  Hypothesis and(int number, int next, double nextLogProbability) {
    return new Hypothesis(this, number, next, length + 1, logProbability + nextLogProbability);
  }

  /** The tokens. */
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
