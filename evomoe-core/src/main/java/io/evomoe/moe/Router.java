package io.evomoe.moe;

import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.step.StepContext;
import java.util.List;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The logits of a gate: {@code z = x W} of a {@link RouterProjection}, and what the token's id adds
 * where {@link RouterOptions} ask for a prior.
 */
public final class Router {
  private final RouterProjection projection;
  private final TokenPrior prior;

  /**
   * Makes W and, where it is asked for, B, under the names {@code weight} and {@code prior} in the
   * gate's scope.
   *
   * @throws IllegalArgumentException for a prior where tokens have no ids
   */
  public Router(GateSpec spec, RouterOptions options) {
    this.projection =
        new RouterProjection(spec.scope(), spec.width(), spec.experts(), options.init());
    this.prior = new TokenPrior(spec, options);
  }

  /** W, and B where there is one. */
  public List<Parameter> parameters() {
    return Stream.concat(Stream.of(projection.weight()), prior.parameters().stream()).toList();
  }

  /** Those of {@link #parameters} that a token does not touch, for {@link Gate#idleParameters}. */
  public long idleParameters() {
    return prior.idleParameters();
  }

  /**
   * The logits of each token, for kernels as well.
   *
   * @param tokens x [S, d], rows that belong to {@code pass.tokens()}
   * @throws NotFiniteException if a logit is not finite: the tokens, W or B have diverged
   * @throws IllegalArgumentException for a token id outside the vocabulary, where there is a prior
   */
  public RouterLogits forward(INDArray tokens, Pass pass) {
    INDArray array = projection.logits(tokens);
    prior.addTo(array, pass);
    TokenMatrix read = TokenMatrix.of(projection.kernels(), array);
    TokenMatrix z =
        prior.actsAt(pass.step())
            ? prior.requireFinite(read, () -> projection.forward(tokens))
            : projection.requireFinite(read);
    return new RouterLogits(this, projection.kernels(), tokens, pass, z, array);
  }

  /**
   * Adds the gradients of W and of B, where it is learned, and gives that of the tokens.
   *
   * @param tokens what {@link #forward} took [S, d]
   * @param dLogits gradient of z [S, E]
   * @param pass as there
   * @return gradient of x [S, d]
   */
  public INDArray backward(INDArray tokens, INDArray dLogits, Pass pass) {
    prior.backward(dLogits, pass);
    return projection.backward(tokens, dLogits);
  }

  /**
   * What a gate says that takes the k experts of the largest logits, for {@link Gate#topKRouting}:
   * that it does, unless a prior adds to them.
   *
   * @param k experts of every token
   * @param renormalized as {@link TopKRouting.Fixed} means it
   */
  public TopKRouting topKRouting(StepContext step, int k, boolean renormalized) {
    return prior.actsAt(step)
        ? new TopKRouting.Other(prior.reason())
        : new TopKRouting.Fixed(k, renormalized, projection.weight());
  }
}
