package io.evomoe.gates;

import io.evomoe.moe.Routing;
import io.evomoe.moe.TokenMatrix;

/**
 * StableMoE's balance loss (Dai et al., arXiv 2204.08396, equation 6) for one expert per token:
 * {@code sum_e (n_e - n) / n * sum of sigmoid(a_te) over e's tokens}. n_e is the number of tokens
 * of expert e and n their mean. Here the sum is divided by the number of tokens.
 *
 * <p>The loss lowers affinities to experts with too many tokens and raises the others. It is 0 at
 * perfect balance and {@code (E - 1) sigmoid(a)} at collapse. The gradient treats n_e as a
 * constant.
 *
 * @param affinities a [S, E]
 */
record OverloadLoss(TokenMatrix affinities, Routing routing) {

  /** Returns the loss without a coefficient. */
  double loss() {
    double sum = 0;
    for (int e = 0; e < routing.experts(); e++) {
      for (int i = routing.offset(e); i < routing.offset(e + 1); i++) {
        sum += slope(e) * SigmoidBlend.of(affinities.get(routing.token(i), e));
      }
    }
    return sum;
  }

  /**
   * Returns the gradient of {@code coefficient * loss()} with respect to the affinity of each
   * assignment [A]. Other affinities have none.
   */
  double[] gradient(double coefficient) {
    double[] gradient = new double[routing.assignments()];
    for (int e = 0; e < routing.experts(); e++) {
      for (int i = routing.offset(e); i < routing.offset(e + 1); i++) {
        double sigmoid = SigmoidBlend.of(affinities.get(routing.token(i), e));
        gradient[i] = coefficient * slope(e) * sigmoid * (1 - sigmoid);
      }
    }
    return gradient;
  }

  private double slope(int expert) {
    double mean = (double) routing.assignments() / routing.experts();
    return (routing.load(expert) - mean) / mean / routing.assignments();
  }
}
