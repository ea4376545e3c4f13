package io.evomoe.moe;

import io.evomoe.nn.TokenBatch;

/**
 * The loss that teaches a router the choices of its token prior: {@code mean_s(logsumexp(z_s) -
 * z_s,y(s))} over real tokens, for logits z without the prior and y the first choice with it. The
 * choice is a constant of the gradient.
 */
final class PriorDistillation {
  private final double coefficient;
  private final TokenMatrix plain;
  private final int[] choices;
  private final TokenBatch tokens;
  private final int real;

  /**
   * Keeps the arguments.
   *
   * @param plain z [S, E]
   * @param withPrior the logits that choose [S, E]
   */
  PriorDistillation(
      double coefficient, TokenMatrix plain, TokenMatrix withPrior, TokenBatch tokens) {
    this.coefficient = coefficient;
    this.plain = plain;
    this.choices = withPrior.argMax();
    this.tokens = tokens;
    this.real = Math.max(1, tokens.realTokens());
  }

  /** Returns the loss, coefficient included. It is 0 if every token is padding. */
  double loss() {
    double sum = 0;
    for (int s = 0; s < choices.length; s++) {
      if (!tokens.isPadding(s)) {
        sum += Softmax.logSumExp(plain, s) - plain.get(s, choices[s]);
      }
    }
    return coefficient * sum / real;
  }

  /** Returns the gradient of the loss with respect to z [S, E]. */
  TokenMatrix gradient() {
    TokenMatrix dz = new TokenMatrix(plain.tokens(), plain.columns());
    double factor = coefficient / real;
    dz.eachRow(
        s -> {
          if (!tokens.isPadding(s)) {
            Softmax.row(plain, s, 1, dz);
            for (int e = 0; e < dz.columns(); e++) {
              dz.set(s, e, factor * (dz.get(s, e) - (e == choices[s] ? 1 : 0)));
            }
          }
        });
    return dz;
  }
}
