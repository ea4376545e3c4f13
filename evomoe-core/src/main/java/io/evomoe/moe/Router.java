package io.evomoe.moe;

import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.step.StepContext;
import java.util.List;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Computes the logits of a gate: {@code z = x W} of a {@link RouterProjection}, plus the token
 * prior if {@link RouterOptions} select one.
 */
public final class Router {
  private final RouterProjection projection;
  private final TokenPrior prior;

  /**
   * Creates W and, if selected, B under the names {@code weight} and {@code prior} in the gate's
   * scope.
   *
   * @throws IllegalArgumentException if a prior is selected but tokens have no ids
   */
  public Router(GateSpec spec, RouterOptions options) {
    this.projection =
        new RouterProjection(spec.scope(), spec.width(), spec.experts(), options.init());
    this.prior = new TokenPrior(spec, options);
  }

  /** Returns W, and B if there is a prior. */
  public List<Parameter> parameters() {
    return Stream.concat(Stream.of(projection.weight()), prior.parameters().stream()).toList();
  }

  /**
   * Returns how many of {@link #parameters} a token does not use, for {@link Gate#idleParameters}.
   */
  public long idleParameters() {
    return prior.idleParameters();
  }

  /**
   * Computes the logits of each token, on the host and for kernels.
   *
   * @param tokens x [S, d], the rows of {@code pass.tokens()}
   * @throws NotFiniteException if a logit is not finite because the tokens, W or B have diverged
   * @throws IllegalArgumentException if there is a prior and a token id is outside the vocabulary
   */
  public RouterLogits forward(INDArray tokens, Pass pass) {
    INDArray array = projection.logits(tokens, pass);
    prior.addTo(array, pass);
    TokenMatrix read = TokenMatrix.of(projection.kernels(), array);
    TokenMatrix z =
        prior.actsAt(pass.step())
            ? prior.requireFinite(read, () -> projection.forward(tokens))
            : projection.requireFinite(read);
    return new RouterLogits(this, projection.kernels(), tokens, pass, z, array);
  }

  /**
   * Adds the gradients of W and, if it is learned, of B. Returns the gradient of the tokens.
   *
   * @param tokens the argument of {@link #forward} [S, d]
   * @param dLogits gradient of z [S, E]
   * @param pass the argument of {@link #forward}
   * @return gradient of x [S, d]
   */
  public INDArray backward(INDArray tokens, INDArray dLogits, Pass pass) {
    prior.backward(dLogits, pass);
    return projection.backward(tokens, dLogits);
  }

  /**
   * Returns the {@link Gate#topKRouting} of a gate that selects the k largest logits. It is {@link
   * TopKRouting.Other} if a prior changes the logits.
   *
   * @param k experts of every token
   * @param renormalized see {@link TopKRouting.Fixed}
   */
  public TopKRouting topKRouting(StepContext step, int k, boolean renormalized) {
    return prior.actsAt(step)
        ? new TopKRouting.Other(prior.reason())
        : new TopKRouting.Fixed(k, renormalized, projection.weight());
  }
}
