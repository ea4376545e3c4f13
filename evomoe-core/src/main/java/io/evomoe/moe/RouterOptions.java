package io.evomoe.moe;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.moe.Options.Bounds;

/**
 * The options that all gates with a {@link Router} share: the initialisation of W and a token
 * prior. The prior adds a row of a table by the token's id: {@code z = x W + c B[id]}, with B [V,
 * E] from N(0, s^2).
 *
 * <p>The prior is not part of the EvoMoE paper. Experts that are spawned from one net are alike, so
 * the router gets almost no gradient from them. B splits the tokens sharply and evenly from the
 * first step. The experts then become different, and W learns the rest. The closest published
 * method is hash layers, which choose experts by the id alone (Roller et al., arXiv 2106.04426).
 * The prior approaches them as s grows. Padding and ids that stand for no text ({@link
 * TrainingFacts#specialIds}) have no prior. They can use the prior of an earlier token ({@link
 * PriorFallback}).
 *
 * <ul>
 *   <li>{@code prior}: {@code none} (default), {@code fixed}, {@code learned}, {@code annealed} or
 *       {@code embedded} ({@link Prior})
 *   <li>{@code priorScale}: s, above 0 and at most 100, default 10. At 100 the id alone decides.
 *       Ignored without a prior
 *   <li>{@code priorDistill}: lambda, 0 to 1000, default 0. While c is above 0, a training adds the
 *       loss {@code lambda H}, which teaches W and the tokens the choices of the prior. H is the
 *       mean cross-entropy over real tokens of {@code softmax(x W)} against the largest entry of
 *       {@code x W + c B[id]}, divided by the number of MoE layers. With {@code annealed}, a run
 *       ends as a plain router that has learned from the prior. Ignored without a prior
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
 * @param priorDistill lambda, 0 to 1000
 * @param priorFallback the prior of an id without a row of its own
 * @param priorLayers which MoE layers have a prior
 * @param init initialisation of W
 */
public record RouterOptions(
    Prior prior,
    double priorScale,
    double priorDistill,
    PriorFallback priorFallback,
    PriorLayers priorLayers,
    Init init) {
  private static final Bounds SCALES = Bounds.above(0).atMost(100);
  private static final double SCALE = 10;

  /** The options without a prior. */
  public static final RouterOptions PLAIN =
      new RouterOptions(Prior.NONE, SCALE, 0, PriorFallback.NONE, PriorLayers.ALL, Init.NORMAL);

  /** The effect of a token's id on its logits. */
  public enum Prior {
    /** No prior. */
    NONE,
    /** B[id] as drawn, with c = 1. */
    FIXED,
    /** B[id] is trained, with weight decay and c = 1. */
    LEARNED,
    /**
     * B[id] as drawn. c falls linearly from 1 at the spawn to exactly 0 at the end of the annealing
     * and is 0 in the hard phase. The run ends as a router without a prior.
     */
    ANNEALED,
    /**
     * The rows of B are columns of the model's embedding, and W reads them. A conversion of a
     * trained run makes this form ({@code convert --embed-prior}); the router itself is plain.
     */
    EMBEDDED;

    /** Returns whether the prior is still active at the end of a training. */
    public boolean stays() {
      return this == FIXED || this == LEARNED || this == EMBEDDED;
    }
  }

  /** The prior of tokens whose id stands for no text. */
  public enum PriorFallback {
    /** No prior. */
    NONE,
    /**
     * The row of the nearest earlier token in the same sequence and document that has one. There is
     * no prior if there is no such token. Generation with a key-value cache processes single
     * tokens, so it never has one.
     */
    BEFORE
  }

  /** The MoE layers of a stack that have the prior. */
  public enum PriorLayers {
    /** All layers. */
    ALL,
    /**
     * Only the last layer; the other routers are plain. Use it for masked language models: a split
     * by id in earlier layers raises their loss.
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

  /** Rejects numbers out of bounds. */
  public RouterOptions {
    if (!SCALES.contains(priorScale)) {
      throw new IllegalArgumentException(
          "priorScale must be a number " + SCALES + ", was " + priorScale);
    }
    FieldBound.upTo("priorDistill", priorDistill, (int) Options.COEFFICIENTS.max());
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
        options.coefficient("priorDistill", 0),
        options.choice("priorFallback", PriorFallback.NONE),
        options.choice("priorLayers", PriorLayers.ALL),
        init);
  }

  /** Returns the prior of a layer: none before the last layer if only the last layer has one. */
  public Prior prior(GateSpec spec) {
    return priorLayers == PriorLayers.LAST && spec.layer() < spec.layers() - 1 ? Prior.NONE : prior;
  }

  /** Returns whether this layer has no prior while another layer of its stack has a lasting one. */
  public boolean priorElsewhere(GateSpec spec) {
    return prior.stays() && prior(spec) == Prior.NONE;
  }
}
