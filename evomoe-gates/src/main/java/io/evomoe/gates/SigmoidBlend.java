package io.evomoe.gates;

import io.evomoe.moe.Routing;
import io.evomoe.moe.RoutingBuilder;
import io.evomoe.moe.RoutingGradient;
import io.evomoe.moe.TokenMatrix;

/**
 * One expert a token, blended with the token itself: {@code y = s f_e(x) + (1 - s) x} with {@code s
 * = sigmoid(a_e)} of the affinity to that expert. The choice of e is a constant to the gradient,
 * which reaches the affinities through s alone.
 */
final class SigmoidBlend {
  /** The expert of a token that takes no part. */
  static final int NONE = -1;

  private final int[] expertOf;
  private final TokenMatrix sigmoid;
  private final Routing routing;

  /**
   * Blends.
   *
   * @param affinities a [S, E]
   * @param expertOf e of each token, or {@link #NONE}
   */
  SigmoidBlend(TokenMatrix affinities, int[] expertOf) {
    this.expertOf = expertOf;
    this.sigmoid = new TokenMatrix(affinities.tokens(), affinities.columns());
    RoutingBuilder builder = new RoutingBuilder(affinities.tokens(), affinities.columns());
    double[] bypass = new double[expertOf.length];
    for (int s = 0; s < expertOf.length; s++) {
      int e = expertOf[s];
      if (e != NONE) {
        double weight = of(affinities.get(s, e));
        sigmoid.set(s, e, weight);
        builder.assign(s, e, weight);
        bypass[s] = 1 - weight;
      }
    }
    this.routing = builder.bypass(bypass).build();
  }

  /** {@code 1 / (1 + exp(-x))}. */
  static double of(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  Routing routing() {
    return routing;
  }

  /** The gradient with respect to the affinities [S, E]. */
  TokenMatrix gradient(RoutingGradient gradient) {
    TokenMatrix dWeights = TokenMatrix.ofWeights(routing, gradient);
    TokenMatrix dAffinities = new TokenMatrix(dWeights.tokens(), dWeights.columns());
    for (int s = 0; s < expertOf.length; s++) {
      int e = expertOf[s];
      if (e != NONE) {
        double weight = sigmoid.get(s, e);
        double dSigmoid = dWeights.get(s, e) - gradient.bypass(s);
        dAffinities.set(s, e, weight * (1 - weight) * dSigmoid);
      }
    }
    return dAffinities;
  }
}
