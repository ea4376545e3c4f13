package io.evomoe.moe;

import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.RoutedRows;
import io.evomoe.moe.Gate.TopKRouting;
import io.evomoe.moe.Routed.RoutingGradient;
import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.step.StepContext;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Computes the logits of a gate: those of a {@link RouterProjection}, plus the token prior if
 * {@link RouterOptions} select one.
 */
public final class Router {
  private final RouterProjection projection;
  private final TokenPrior prior;
  private final double distill;
  private final int moeLayers;

  /**
   * Creates W and, if selected, B under the names {@code weight} and {@code prior} in the gate's
   * scope.
   *
   * @throws IllegalArgumentException if a prior is selected but tokens have no ids
   */
  public Router(GateSpec spec, RouterOptions options) {
    this(
        spec,
        options,
        new RouterProjection(spec.scope(), spec.width(), spec.experts(), options.init()));
  }

  private Router(GateSpec spec, RouterOptions options, RouterProjection projection) {
    this.projection = projection;
    this.prior = new TokenPrior(spec, options);
    this.distill = prior.table() == null ? 0 : options.priorDistill();
    this.moeLayers = spec.moeLayers();
  }

  /**
   * Creates a router whose logits are affinities to a centroid of each expert, {@link
   * RouterProjection#ofCentroids}.
   *
   * @throws IllegalArgumentException if a prior is selected but tokens have no ids
   */
  public static Router ofCentroids(GateSpec spec, RouterOptions options) {
    return new Router(
        spec, options, RouterProjection.ofCentroids(spec.scope(), spec.width(), spec.experts()));
  }

  /** Returns {@link RouterProjection#weight}, and B if there is a prior. */
  public List<Parameter> parameters() {
    return Stream.concat(Stream.of(projection.weight()), Stream.ofNullable(prior.table())).toList();
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
    INDArray array = array(tokens, pass);
    return logits(tokens, pass, array, TokenMatrix.of(projection.kernels(), array));
  }

  /** Computes the logits [S, E] for kernels alone. The host reads them for {@link #logits}. */
  public INDArray array(INDArray tokens, Pass pass) {
    INDArray array = projection.logits(tokens, pass);
    prior.addTo(array, pass);
    return array;
  }

  /**
   * Returns the logits whose {@link #array} the gate itself has read, e.g. together with another.
   *
   * @param values host copy of the array
   * @throws NotFiniteException if a logit is not finite
   */
  public RouterLogits logits(INDArray tokens, Pass pass, INDArray array, TokenMatrix values) {
    if (!values.isFinite()) {
      if (!prior.actsAt(pass.step())) {
        projection.requireFinite(values);
      }
      projection.forward(tokens); // rejects tokens or W that have diverged
      throw new NotFiniteException(
          "what the token prior %s was added to was finite, and the sum was not"
              .formatted(prior.name()));
    }
    TokenMatrix plain =
        isTaught(pass.step())
            ? TokenMatrix.of(projection.kernels(), projection.logits(tokens, pass))
            : null;
    return new RouterLogits(this, projection.kernels(), tokens, pass, values, array, plain);
  }

  private boolean isTaught(StepContext step) {
    return distill > 0 && step.training() && prior.actsAt(step);
  }

  /** Returns the coefficients of the losses of {@link RouterLogits#routed}, by name. */
  public Map<String, Double> losses() {
    return distill > 0 ? Map.of("distillation of the prior", distill) : Map.of();
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

  /**
   * The logits of a router in one pass, both on the host for the gate's decisions and for kernels.
   * The kernels compute the gradient of the weights without reading anything on the host.
   *
   * <p>A gate returns {@link #routed}, so that the router can add a loss of its own. Its pullback
   * starts from {@link #weightGradient} and computes the gradient of the logits with the methods
   * here. It adds the gradients of its own losses and passes the sum to {@link #backward}.
   *
   * @param router made them
   * @param kernels kernels of the router
   * @param tokens x [S, d]
   * @param pass pass of the tokens
   * @param values z [S, E] on the host
   * @param array z [S, E] for kernels
   * @param plain the logits without the prior [S, E] if they learn its choices ({@code
   *     priorDistill}), else null
   */
  public record RouterLogits(
      Router router,
      Kernels kernels,
      INDArray tokens,
      Pass pass,
      TokenMatrix values,
      INDArray array,
      @Nullable TokenMatrix plain) {

    /**
     * Returns the result of a gate. The loss of the router ({@code priorDistill}) is added, and its
     * gradient by {@link #backward}.
     *
     * @param auxLoss loss of the gate
     */
    public Routed routed(Routing routing, double auxLoss, Routed.GatePullback pullback) {
      return new Routed(routing, auxLoss + (plain == null ? 0 : lesson(plain).loss()), pullback);
    }

    /** Returns {@code softmax(z)} [S, E] for kernels. */
    public INDArray softmax() {
      return kernels.softmax(array);
    }

    /** Copies a host matrix [S, E] to an array for kernels. */
    public INDArray array(TokenMatrix matrix) {
      return matrix.toArray(kernels);
    }

    /**
     * Returns the routing's weights at their tokens and experts [S, E] for kernels, 0 elsewhere.
     */
    public INDArray weights(Routing routing) {
      return kernels.placeWeights(routing.rows());
    }

    /**
     * Returns the gradient of the weights at their tokens and experts [S, E] for kernels, 0
     * elsewhere.
     */
    public INDArray weightGradient(Routing routing, RoutingGradient gradient) {
      RoutedRows rows = routing.rows();
      return rows.length() == 0
          ? kernels.zeros(rows.n(), rows.groups())
          : kernels.place(gradient.weights(kernels), rows);
    }

    /**
     * Returns the gradient of z for {@code p = softmax(z / temperature)}, for kernels.
     *
     * @param p [S, E]
     * @param dp gradient of p [S, E]
     */
    public INDArray softmaxGradient(INDArray p, INDArray dp, double temperature) {
      INDArray dz = kernels.softmaxGradient(p, dp);
      if (temperature != 1) {
        kernels.scale(dz, 1 / temperature);
      }
      return dz;
    }

    /** Multiplies an array by a host matrix, element by element [S, E]. */
    public INDArray times(INDArray dz, TokenMatrix factors) {
      return kernels.times(dz, factors.toArray(kernels));
    }

    /** Adds a host matrix to an array for kernels [S, E]. */
    public void add(INDArray dz, TokenMatrix added) {
      kernels.addInto(dz, added.toArray(kernels));
    }

    /**
     * Adds the gradients of the router's parameters and returns the gradient of the tokens.
     *
     * @param dz gradient of z [S, E]
     * @return gradient of x [S, d]
     */
    public INDArray backward(INDArray dz) {
      router.prior.backward(dz, pass); // the loss of the router does not depend on it
      if (plain != null) {
        add(dz, lesson(plain).gradient());
      }
      return router.projection.backward(tokens, dz);
    }

    private PriorDistillation lesson(TokenMatrix known) {
      double coefficient = router.distill / router.moeLayers;
      return new PriorDistillation(coefficient, known, values, pass.tokens());
    }

    /** Returns the backward pass of a gate whose weights are {@code softmax(z)}, without losses. */
    public Routed.GatePullback softmaxPullback(Routing routing) {
      return gradient -> backward(softmaxGradient(softmax(), weightGradient(routing, gradient), 1));
    }
  }
}
