package io.evomoe.moe;

import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.RoutedRows;
import io.evomoe.moe.Gate.TopKRouting;
import io.evomoe.moe.Options.Bounds;
import io.evomoe.moe.Routed.RoutingGradient;
import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.step.StepContext;
import java.util.List;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Computes the logits of a gate: those of a {@link RouterProjection}, plus the token prior if
 * {@link RouterOptions} select one.
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
    this(
        spec,
        options,
        new RouterProjection(spec.scope(), spec.width(), spec.experts(), options.init()));
  }

  private Router(GateSpec spec, RouterOptions options, RouterProjection projection) {
    this.projection = projection;
    this.prior = new TokenPrior(spec, options);
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
    return new RouterLogits(this, projection.kernels(), tokens, pass, values, array);
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

  /**
   * The logits of a router in one pass, both on the host for the gate's decisions and for kernels.
   * The kernels compute the gradient of the weights without reading anything on the host.
   *
   * <p>A gate's pullback starts from {@link #weightGradient} and computes the gradient of the
   * logits with the methods here. It adds the gradients of its own losses and passes the sum to
   * {@link #backward}.
   *
   * @param router made them
   * @param kernels kernels of the router
   * @param tokens x [S, d]
   * @param pass pass of the tokens
   * @param values z [S, E] on the host
   * @param array z [S, E] for kernels
   */
  public record RouterLogits(
      Router router,
      Kernels kernels,
      INDArray tokens,
      Pass pass,
      TokenMatrix values,
      INDArray array) {

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
      return router.backward(tokens, dz, pass);
    }

    /** Returns the backward pass of a gate whose weights are {@code softmax(z)}, without losses. */
    public Routed.GatePullback softmaxPullback(Routing routing) {
      return gradient -> backward(softmaxGradient(softmax(), weightGradient(routing, gradient), 1));
    }
  }

  /**
   * The options that all gates with a {@link Router} share: the initialisation of W and a token
   * prior. The prior adds a row of a table by the token's id: {@code z = x W + c B[id]}, with B [V,
   * E] from N(0, s^2).
   *
   * <p>The prior is not part of the EvoMoE paper. Experts that are spawned from one net are alike,
   * so the router gets almost no gradient from them. B splits the tokens sharply and evenly from
   * the first step. The experts then become different, and W learns the rest. The closest published
   * method is hash layers, which choose experts by the id alone (Roller et al., arXiv 2106.04426).
   * The prior approaches them as s grows. Padding and ids that stand for no text ({@link
   * TrainingFacts#specialIds}) have no prior. They can use the prior of an earlier token ({@link
   * PriorFallback}).
   *
   * <ul>
   *   <li>{@code prior}: {@code none} (default), {@code fixed}, {@code learned} or {@code annealed}
   *       ({@link Prior})
   *   <li>{@code priorScale}: s, above 0 and at most 100, default 10. At 100 the id alone decides.
   *       Ignored without a prior
   *   <li>{@code priorFallback}: {@code none} (default) or {@code before} ({@link PriorFallback}).
   *       Ignored without a prior
   *   <li>{@code priorLayers}: {@code all} (default) or {@code last} ({@link PriorLayers}). Ignored
   *       without a prior
   *   <li>{@code routerInit}: {@code normal} (default) or {@code uniform}, the initialisation of W
   *       ({@link Init})
   * </ul>
   *
   * @param prior whether and how a token's id changes its logits
   * @param priorScale s, above 0 and at most 100
   * @param priorFallback the prior of an id without a row of its own
   * @param priorLayers which MoE layers have a prior
   * @param init initialisation of W
   */
  public record RouterOptions(
      Prior prior,
      double priorScale,
      PriorFallback priorFallback,
      PriorLayers priorLayers,
      Init init) {
    private static final Bounds SCALES = Bounds.above(0).atMost(100);
    private static final double SCALE = 10;

    /** The options without a prior. */
    public static final RouterOptions PLAIN =
        new RouterOptions(Prior.NONE, SCALE, PriorFallback.NONE, PriorLayers.ALL, Init.NORMAL);

    /** The effect of a token's id on its logits. */
    public enum Prior {
      /** No prior. */
      NONE,
      /** B[id] as drawn, with c = 1. */
      FIXED,
      /** B[id] is trained, with weight decay and c = 1. */
      LEARNED,
      /**
       * B[id] as drawn. c falls linearly from 1 at the spawn to exactly 0 at the end of the
       * annealing and is 0 in the hard phase. The run ends as a router without a prior.
       */
      ANNEALED;

      /** Returns whether the prior is still active at the end of a training. */
      public boolean stays() {
        return this == FIXED || this == LEARNED;
      }
    }

    /** The prior of tokens whose id stands for no text. */
    public enum PriorFallback {
      /** No prior. */
      NONE,
      /**
       * The row of the nearest earlier token in the same sequence and document that has one. There
       * is no prior if there is no such token. Generation with a key-value cache processes single
       * tokens, so it never has one.
       */
      BEFORE
    }

    /** The MoE layers of a stack that have the prior. */
    public enum PriorLayers {
      /** All layers. */
      ALL,
      /**
       * Only the last layer; the other routers are plain. Use it for masked language models: a
       * split by id in earlier layers raises their loss.
       */
      LAST
    }

    /** The distribution of the initial W [d, E]. */
    public enum Init {
      /** N(0, 0.02): all experts start with nearly equal weights. */
      NORMAL,
      /**
       * U(-1/sqrt(d), 1/sqrt(d)), the default of a linear layer in PyTorch and in EvoMoE's official
       * code. On rows of unit variance, the logits have a standard deviation of 0.58.
       */
      UNIFORM
    }

    /** Rejects a scale out of bounds. */
    public RouterOptions {
      if (!SCALES.contains(priorScale)) {
        throw new IllegalArgumentException(
            "priorScale must be a number " + SCALES + ", was " + priorScale);
      }
    }

    /** Reads only the options of the prior, for gates with another initialisation. */
    public static RouterOptions ofPrior(Options options) {
      return read(options, Init.NORMAL);
    }

    /** Reads these options among the other options of a gate. */
    public static RouterOptions from(Options options) {
      return read(options, options.choice("routerInit", Init.NORMAL));
    }

    private static RouterOptions read(Options options, Init init) {
      return new RouterOptions(
          options.choice("prior", Prior.NONE),
          options.number("priorScale", SCALE, SCALES),
          options.choice("priorFallback", PriorFallback.NONE),
          options.choice("priorLayers", PriorLayers.ALL),
          init);
    }

    /** Returns the prior of a layer: none before the last layer if only the last layer has one. */
    public Prior prior(GateSpec spec) {
      return priorLayers == PriorLayers.LAST && spec.layer() < spec.layers() - 1
          ? Prior.NONE
          : prior;
    }

    /**
     * Returns whether this layer has no prior while another layer of its stack has a lasting one.
     */
    public boolean priorElsewhere(GateSpec spec) {
      return prior.stays() && prior(spec) == Prior.NONE;
    }
  }
}
