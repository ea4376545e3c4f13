package io.evomoe.models.transformer;

import io.evomoe.moe.TokenMatrix;
import java.util.Arrays;

/**
 * The most likely tokens after one unfinished translation, in descending order; equally likely ones
 * by ascending id.
 */
final class Candidates {
  private final int[] tokens;
  private final double[] logits;
  private final double logSum;
  private final double end;
  private int size;

  /**
   * Selects the candidates from one row of logits.
   *
   * @param count number of tokens; all if the vocabulary has fewer
   * @param end id of the end token
   */
  Candidates(TokenMatrix rows, int row, int count, int end) {
    tokens = new int[Math.min(count, rows.columns())];
    logits = new double[tokens.length];
    for (int token = 0; token < rows.columns(); token++) {
      double logit = rows.get(row, token);
      if (size < tokens.length || logit > logits[size - 1]) {
        insert(token, logit);
      }
    }
    logSum = logSum(rows, row);
    this.end = rows.get(row, end);
  }

  private void insert(int token, double logit) {
    int place = size < tokens.length ? size++ : size - 1;
    for (; place > 0 && logit > logits[place - 1]; place--) {
      tokens[place] = tokens[place - 1];
      logits[place] = logits[place - 1];
    }
    tokens[place] = token;
    logits[place] = logit;
  }

  private double logSum(TokenMatrix rows, int row) {
    double sum = 0;
    for (int token = 0; token < rows.columns(); token++) {
      sum += Math.exp(rows.get(row, token) - logits[0]);
    }
    return logits[0] + Math.log(sum);
  }

  int size() {
    return size;
  }

  int token(int rank) {
    return tokens[rank];
  }

  double logProbability(int rank) {
    return logits[rank] - logSum;
  }

  double endLogProbability() {
    return end - logSum;
  }

  @Override
  public String toString() {
    return Arrays.toString(tokens);
  }
}
