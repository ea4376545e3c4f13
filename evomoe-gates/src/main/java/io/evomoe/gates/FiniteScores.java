package io.evomoe.gates;

import io.evomoe.moe.TokenMatrix;

/** Scores that can be compared: each that is infinite or not a number becomes the least finite. */
final class FiniteScores {
  private FiniteScores() {}

  /** The scores themselves where all are finite, else a corrected copy; 0 where none is finite. */
  static TokenMatrix of(TokenMatrix scores) {
    if (scores.isFinite()) {
      return scores;
    }
    double least = least(scores);
    TokenMatrix finite = scores.copy();
    for (int s = 0; s < scores.tokens(); s++) {
      for (int e = 0; e < scores.columns(); e++) {
        if (!Double.isFinite(scores.get(s, e))) {
          finite.set(s, e, least);
        }
      }
    }
    return finite;
  }

  private static double least(TokenMatrix scores) {
    double least = Double.POSITIVE_INFINITY;
    for (int s = 0; s < scores.tokens(); s++) {
      for (int e = 0; e < scores.columns(); e++) {
        if (Double.isFinite(scores.get(s, e))) {
          least = Math.min(least, scores.get(s, e));
        }
      }
    }
    return Double.isInfinite(least) ? 0 : least;
  }
}
