package io.evomoe.models.transformer;

import io.evomoe.moe.Softmax;
import io.evomoe.moe.TokenMatrix;

/**
 * The most likely tokens after one unfinished translation, in descending order; equally likely ones
 * by ascending id.
 */
final class Candidates {
  private final TokenMatrix rows;
  private final int row;
  private final int[] tokens;
  private final double logSum;
  private final int end;

  /**
   * Selects the candidates from one row of logits.
   *
   * @param count number of tokens; all if the vocabulary has fewer
   * @param end id of the end token
   */
  Candidates(TokenMatrix rows, int row, int count, int end) {
    this.rows = rows;
    this.row = row;
    this.tokens = rows.largest(row, Math.min(count, rows.columns()));
    this.logSum = Softmax.logSumExp(rows, row);
    this.end = end;
  }

  int size() {
    return tokens.length;
  }

  int token(int rank) {
    return tokens[rank];
  }

  double logProbability(int rank) {
    return rows.get(row, tokens[rank]) - logSum;
  }

  double endLogProbability() {
    return rows.get(row, end) - logSum;
  }
}
