package io.evomoe.gates;

import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.RoutedRows;
import io.evomoe.moe.Routed;
import io.evomoe.moe.Routed.RoutingGradient;
import io.evomoe.moe.Router.RouterLogits;
import io.evomoe.moe.Routing;
import io.evomoe.moe.TokenMatrix;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One expert per token, blended with the token itself: {@code y = s f_e(x) + (1 - s) x} with {@code
 * s = sigmoid(a_e)} of the affinity to that expert. The choice of e is a constant to the gradient,
 * which reaches the affinities only through s.
 *
 * @param routing with s as its weights and 1 - s as its bypass
 */
record SigmoidBlend(Routing routing) {
  /** The expert of a token that is not routed. */
  static final int NONE = -1;

  /**
   * Blends.
   *
   * @param affinities a [S, E]
   * @param expertOf e of each token, or {@link #NONE}
   */
  static SigmoidBlend of(TokenMatrix affinities, int[] expertOf) {
    Routing.Builder builder = new Routing.Builder(affinities.tokens(), affinities.columns());
    double[] bypass = new double[expertOf.length];
    for (int s = 0; s < expertOf.length; s++) {
      int e = expertOf[s];
      if (e != NONE) {
        double weight = sigmoid(affinities.get(s, e));
        builder.assign(s, e, weight);
        bypass[s] = 1 - weight;
      }
    }
    return new SigmoidBlend(builder.bypass(bypass).build());
  }

  /** Returns {@code 1 / (1 + exp(-x))}. */
  static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  /** Returns the result of a gate without losses of its own whose affinities these logits are. */
  Routed routed(RouterLogits logits) {
    return logits.routed(
        routing,
        0,
        gradient -> logits.backward(gradient(logits.kernels(), gradient, new double[0])));
  }

  /**
   * Returns the gradient with respect to the affinities including that of a loss.
   *
   * @param ofLoss gradient of the loss with respect to the affinity of each assignment [A], or
   *     empty
   */
  INDArray gradient(Kernels kernels, RoutingGradient gradient, double[] ofLoss) {
    RoutedRows rows = routing.rows();
    int n = rows.length();
    if (n == 0) {
      return kernels.zeros(rows.n(), rows.groups());
    }
    INDArray dSigmoid =
        kernels.gatherRows(gradient.bypass(kernels).reshape('c', rows.n(), 1), rows);
    kernels.scale(dSigmoid, -1);
    kernels.addInto(dSigmoid, gradient.weights(kernels).reshape('c', n, 1));
    INDArray own = kernels.times(dSigmoid, kernels.write(slopes(), n, 1));
    if (ofLoss.length > 0) {
      kernels.addInto(own, kernels.write(ofLoss, n, 1));
    }
    return kernels.place(own.reshape(n), rows);
  }

  private double[] slopes() {
    double[] slopes = new double[routing.assignments()];
    Arrays.setAll(slopes, i -> routing.weight(i) * (1 - routing.weight(i)));
    return slopes;
  }
}
