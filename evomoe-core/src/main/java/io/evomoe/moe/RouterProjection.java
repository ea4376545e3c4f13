package io.evomoe.moe;

import io.evomoe.kernel.Kernels;
import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Scope;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The bias-free linear map of tokens to one logit an expert: {@code z = x W}. */
public final class RouterProjection {
  private static final double DEVIATION = 0.02;

  private final Kernels kernels;
  private final Parameter weight;

  /** Makes W [width, experts] from N(0, 0.02), under the name {@code weight} in the scope. */
  public RouterProjection(Scope scope, int width, int experts) {
    this(scope, width, experts, RouterOptions.Init.NORMAL);
  }

  /** Makes W [width, experts] from the distribution, under the name {@code weight} in the scope. */
  RouterProjection(Scope scope, int width, int experts, RouterOptions.Init init) {
    Scope along = scope.alongExperts(1);
    this.kernels = scope.kernels().exact();
    this.weight =
        switch (init) {
          case NORMAL -> along.normal("weight", DEVIATION, width, experts);
          case UNIFORM -> along.uniform("weight", 1 / Math.sqrt(width), width, experts);
        };
  }

  /** W [d, E]. */
  public Parameter weight() {
    return weight;
  }

  /**
   * The logits of each token.
   *
   * @param tokens x [S, d]
   * @return z [S, E]
   * @throws NotFiniteException if a logit is not finite: the tokens or W have diverged
   */
  public TokenMatrix forward(INDArray tokens) {
    return requireFinite(TokenMatrix.of(kernels, logits(tokens)));
  }

  /** z [S, E], where kernels have it. */
  INDArray logits(INDArray tokens) {
    return kernels.multiply(tokens, false, weight.value(), false);
  }

  /** What was read of {@link #logits}. */
  TokenMatrix requireFinite(TokenMatrix logits) {
    if (!logits.isFinite()) {
      throw new NotFiniteException("the router logits of " + weight.name() + " were not finite");
    }
    return logits;
  }

  /** What it computes with. */
  Kernels kernels() {
    return kernels;
  }

  /**
   * Adds the gradient of W and gives that of the tokens.
   *
   * @param tokens what the forward pass took [S, d]
   * @param logitGradient gradient of z [S, E]
   * @return gradient of x [S, d]
   */
  public INDArray backward(INDArray tokens, TokenMatrix logitGradient) {
    return backward(tokens, logitGradient.toArray(kernels));
  }

  /** The same, of a gradient that kernels have made. */
  INDArray backward(INDArray tokens, INDArray dLogits) {
    return kernels.linearGradient(tokens, weight.value(), dLogits, weight.accumulator(), null);
  }
}
