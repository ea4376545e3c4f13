package io.evomoe.gates;

import io.evomoe.moe.Softmax;
import io.evomoe.moe.TokenMatrix;
import io.evomoe.nn.TokenBatch;

/**
 * The router z-loss {@code mean_s(logsumexp(z_s)^2)} over real tokens, which keeps logits small
 * (ST-MoE, Zoph et al., arXiv 2202.08906, equation 5).
 */
final class RouterZLoss {
  private final TokenBatch tokens;
  private final double[] logSumExp;
  private final int real;

  /** Computes the loss of logits [S, E]. Rows of padding do not count. */
  public RouterZLoss(TokenMatrix logits, TokenBatch tokens) {
    this.tokens = tokens;
    this.real = Math.max(1, tokens.realTokens());
    this.logSumExp = new double[logits.tokens()];
    logits.eachRow(s -> logSumExp[s] = tokens.isPadding(s) ? 0 : Softmax.logSumExp(logits, s));
  }

  /** Returns the loss without a coefficient. It is 0 if every token is padding. */
  public double loss() {
    double sum = 0;
    for (double value : logSumExp) {
      sum += value * value;
    }
    return sum / real;
  }

  /**
   * Adds the gradient of {@code coefficient * loss()} with respect to the logits.
   *
   * @param probabilities softmax of the logits [S, E]
   * @param dLogits the gradient is added to this matrix [S, E]
   */
  public void addGradient(double coefficient, TokenMatrix probabilities, TokenMatrix dLogits) {
    dLogits.eachRow(
        s -> {
          if (!tokens.isPadding(s)) {
            for (int e = 0; e < dLogits.columns(); e++) {
              double slope = 2 * logSumExp[s] * probabilities.get(s, e) / real;
              dLogits.add(s, e, coefficient * slope);
            }
          }
        });
  }
}
