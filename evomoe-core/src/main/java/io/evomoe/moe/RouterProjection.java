package io.evomoe.moe;

import io.evomoe.kernel.Kernels;
import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The linear map without bias from a token to one logit for each expert: {@code z = x W}, or the
 * affinities to centroids.
 */
public final class RouterProjection {
  private static final double DEVIATION = 0.02;
  private static final double CENTROID_GAIN = 0.1;

  private final Kernels kernels;
  private final Parameter weight;
  private final boolean transposed;

  /** Creates W [width, experts] from N(0, 0.02) with the name {@code weight} in the scope. */
  public RouterProjection(Scope scope, int width, int experts) {
    this(scope, width, experts, RouterOptions.Init.NORMAL);
  }

  /**
   * Creates W [width, experts] from the given distribution with the name {@code weight} in the
   * scope.
   */
  RouterProjection(Scope scope, int width, int experts, RouterOptions.Init init) {
    this(
        scope,
        switch (init) {
          case NORMAL -> scope.alongExperts(1).normal("weight", DEVIATION, width, experts);
          case UNIFORM ->
              scope.alongExperts(1).uniform("weight", 1 / Math.sqrt(width), width, experts);
        },
        false);
  }

  private RouterProjection(Scope scope, Parameter weight, boolean transposed) {
    this.kernels = scope.kernels().exact();
    this.weight = weight;
    this.transposed = transposed;
  }

  /**
   * Creates a centroid of each expert, c [experts, width], with the name {@code centroids} in the
   * scope. Logits are the affinities {@code x . c_e}. The centroids start orthogonal with gain 0.1,
   * as in the published code of BASE layers and StableMoE.
   */
  public static RouterProjection ofCentroids(Scope scope, int width, int experts) {
    Scope along = scope.alongExperts(0);
    Parameter centroids = along.orthogonal("centroids", CENTROID_GAIN, experts, width);
    return new RouterProjection(scope, centroids, true);
  }

  /** Returns W [d, E], or the centroids [E, d]. */
  public Parameter weight() {
    return weight;
  }

  /**
   * Computes the logits of each token.
   *
   * @param tokens x [S, d]
   * @return z [S, E]
   * @throws NotFiniteException if a logit is not finite because the tokens or W have diverged
   */
  public TokenMatrix forward(INDArray tokens) {
    return requireFinite(TokenMatrix.of(kernels, logits(tokens)));
  }

  /** Computes z [S, E] for kernels. */
  public INDArray logits(INDArray tokens) {
    return kernels.multiply(tokens, false, weight.value(), transposed);
  }

  /** Computes the same, by other sums in a joint pass. */
  INDArray logits(INDArray tokens, Pass pass) {
    return pass.isJoint() && !transposed
        ? kernels.linear(tokens, weight.value(), null)
        : logits(tokens);
  }

  /** Returns the host copy of {@link #logits} if it is finite. */
  public TokenMatrix requireFinite(TokenMatrix logits) {
    if (!logits.isFinite()) {
      throw new NotFiniteException(
          "the %s %s were not finite"
              .formatted(transposed ? "affinities to" : "router logits of", weight.name()));
    }
    return logits;
  }

  /** Returns the kernels that it computes with. */
  Kernels kernels() {
    return kernels;
  }

  /**
   * Adds the gradient of W and returns the gradient of the tokens.
   *
   * @param tokens the argument of the forward pass [S, d]
   * @param logitGradient gradient of z [S, E]
   * @return gradient of x [S, d]
   */
  public INDArray backward(INDArray tokens, TokenMatrix logitGradient) {
    return backward(tokens, logitGradient.toArray(kernels));
  }

  /** Does the same for a gradient that kernels have computed. */
  INDArray backward(INDArray tokens, INDArray dLogits) {
    if (transposed) {
      return kernels.tableGradient(tokens, weight.value(), dLogits, weight.accumulatorIfTrained());
    }
    return kernels.linearGradient(
        tokens, weight.value(), dLogits, weight.accumulatorIfTrained(), null);
  }
}
