package io.evomoe.moe;

import io.evomoe.nn.TokenBatch;

/**
 * The balance loss {@code E * sum_e mean_s(w_se) mean_s(m_se)}, means over real tokens.
 *
 * <p>With w the softmax of the logits and m the one-hot first choice it is the auxiliary loss of
 * Switch Transformers (Fedus et al., arXiv 2101.03961, equation 4): 1 where experts are used
 * equally, E at collapse. With w the combine weights and m the set of active experts it is that of
 * EvoMoE (arXiv 2112.14397, section 4.2). m is a constant to the gradient.
 */
public final class LoadBalancing {
  private final TokenBatch tokens;
  private final double[] share;
  private final double loss;
  private final int real;

  /**
   * Takes the means.
   *
   * @param weights w [S, E]; rows of padding are not read
   * @param mask m [S, E], 1 where a token wants an expert and 0 elsewhere; capacity plays no part
   * @param tokens tells which rows are padding
   */
  public LoadBalancing(TokenMatrix weights, TokenMatrix mask, TokenBatch tokens) {
    this.tokens = tokens;
    this.real = Math.max(1, tokens.realTokens());
    this.share = means(mask);
    double[] weight = means(weights);
    double sum = 0;
    for (int e = 0; e < share.length; e++) {
      sum += weight[e] * share[e];
    }
    this.loss = share.length * sum;
  }

  /** The loss, without a coefficient; 0 where every token is padding. */
  public double loss() {
    return loss;
  }

  /** Adds the gradient of {@code coefficient * loss()} with respect to w to {@code dWeights}. */
  public void addGradient(double coefficient, TokenMatrix dWeights) {
    for (int s = 0; s < dWeights.tokens(); s++) {
      if (!tokens.isPadding(s)) {
        for (int e = 0; e < share.length; e++) {
          dWeights.add(s, e, coefficient * share.length * share[e] / real);
        }
      }
    }
  }

  /**
   * The gradient of {@code coefficient * loss()} with respect to logits z where {@code w =
   * softmax(z / temperature)}.
   *
   * @param weights w [S, E]
   * @return [S, E]
   */
  public TokenMatrix logitGradient(double coefficient, TokenMatrix weights, double temperature) {
    TokenMatrix dWeights = new TokenMatrix(weights.tokens(), weights.columns());
    addGradient(coefficient, dWeights);
    return Softmax.gradient(weights, dWeights, temperature);
  }

  private double[] means(TokenMatrix matrix) {
    double[] means = new double[matrix.columns()];
    for (int s = 0; s < matrix.tokens(); s++) {
      if (!tokens.isPadding(s)) {
        for (int e = 0; e < means.length; e++) {
          means[e] += matrix.get(s, e) / real;
        }
      }
    }
    return means;
  }
}
