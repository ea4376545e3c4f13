package io.evomoe.moe;

/** Gradient of the loss with respect to a {@link Routing}'s numbers. */
public final class RoutingGradient {
  private final double[] weights;
  private final double[] bypass;

  /** Keeps both arrays: [A] for the weights, and [S] for the bypass or empty when there is none. */
  public RoutingGradient(double[] weights, double[] bypass) {
    this.weights = weights;
    this.bypass = bypass;
  }

  /** Gradient of the weight of assignment i. */
  public double weight(int i) {
    return weights[i];
  }

  /** Gradient of the bypass of token s. */
  public double bypass(int s) {
    return bypass[s];
  }
}
