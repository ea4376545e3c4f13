package io.evomoe.moe;

/**
 * The options that all gates with a {@link Router} have in common: where W starts, and a prior by
 * the token's id, {@code z = x W + c B[id]} with B [V, E] from N(0, s^2).
 *
 * <p>The prior is ours. Experts that come from one net are alike, and a router gets hardly a
 * gradient from them; B splits the tokens sharply and evenly from the first step, so that the
 * experts come to differ, and W learns the rest. Nearest published are hash layers, whose experts
 * follow from the id alone (Roller et al., arXiv 2106.04426), which this comes to as s grows;
 * DeepSeek-V4 routes its first layers so. Padding has no prior, nor have ids that stand for no text
 * ({@link TrainingFacts#specialIds}): a masked token's id says nothing of the token. What stands
 * before it may ({@link PriorFallback}).
 *
 * <ul>
 *   <li>{@code prior} {@code none} (default), {@code fixed}, {@code learned} or {@code annealed}
 *       ({@link Prior})
 *   <li>{@code priorScale} 10, above 0 and at most 100, where the id alone decides: s. Without a
 *       prior it means nothing
 *   <li>{@code priorFallback} {@code none} (default) or {@code before} ({@link PriorFallback}).
 *       Without a prior it means nothing
 *   <li>{@code priorLayers} {@code all} (default) or {@code last} ({@link PriorLayers}). Without a
 *       prior it means nothing
 *   <li>{@code routerInit} {@code normal} (default) or {@code uniform}: where W starts ({@link
 *       Init})
 * </ul>
 *
 * @param prior whether and how a token's id counts
 * @param priorScale s, above 0 and at most 100
 * @param priorFallback what an id without a row of its own has
 * @param priorLayers which MoE layers have one
 * @param init where W starts
 */
public record RouterOptions(
    Prior prior,
    double priorScale,
    PriorFallback priorFallback,
    PriorLayers priorLayers,
    Init init) {
  private static final Bounds SCALES = Bounds.above(0).atMost(100);
  private static final double SCALE = 10;

  /** Without a prior. */
  public static final RouterOptions PLAIN =
      new RouterOptions(Prior.NONE, SCALE, PriorFallback.NONE, PriorLayers.ALL, Init.NORMAL);

  /** What a token's id adds to its logits. */
  public enum Prior {
    /** Nothing. */
    NONE,
    /** B[id] as it was drawn: c is 1. */
    FIXED,
    /** B[id] as it is trained, with weight decay: c is 1. */
    LEARNED,
    /**
     * B[id] as it was drawn, times a c that falls from 1 at the spawn to exactly 0 at the end of
     * the annealing, in equal steps, and is 0 in the hard phase: the run ends as a router without a
     * prior.
     */
    ANNEALED;

    /** Whether a token has it to the end of a training. */
    public boolean stays() {
      return this == FIXED || this == LEARNED;
    }
  }

  /** What a token has whose id stands for no text. */
  public enum PriorFallback {
    /** No prior. */
    NONE,
    /**
     * The row of the nearest token before it, in its sequence and its document, that has one: a
     * masked token goes where the word before it goes, until W knows better. None where there is no
     * such token, as in generation from kept keys and values, which reads a token alone.
     */
    BEFORE
  }

  /** Which MoE layers of a stack have the prior. */
  public enum PriorLayers {
    /** All. */
    ALL,
    /**
     * The last one alone; the routers before it are plain. For a model of masked tokens: its loss
     * is of these, and a layer before the last serves the words that they are told by, which a
     * split by their ids harms.
     */
    LAST
  }

  /** The distribution that W [d, E] is drawn from. */
  public enum Init {
    /** N(0, 0.02), so that all experts begin with nearly equal weights. */
    NORMAL,
    /**
     * U(-1/sqrt(d), 1/sqrt(d)), what PyTorch gives a linear map and the official scripts of EvoMoE
     * leave it with: on rows of unit variance, logits have a deviation of 0.58.
     */
    UNIFORM
  }

  /** Refuses a scale out of its bounds. */
  public RouterOptions {
    if (!SCALES.contains(priorScale)) {
      throw new IllegalArgumentException(
          "priorScale must be a number " + SCALES + ", was " + priorScale);
    }
  }

  /** Reads those of the prior, for a gate whose affinities start in a way of their own. */
  public static RouterOptions ofPrior(GateOptions options) {
    return new RouterOptions(
        options.choice("prior", Prior.NONE),
        options.number("priorScale", SCALE, SCALES),
        options.choice("priorFallback", PriorFallback.NONE),
        options.choice("priorLayers", PriorLayers.ALL),
        Init.NORMAL);
  }

  /** Reads them among a gate's other options. */
  public static RouterOptions from(GateOptions options) {
    RouterOptions prior = ofPrior(options);
    return new RouterOptions(
        prior.prior,
        prior.priorScale,
        prior.priorFallback,
        prior.priorLayers,
        options.choice("routerInit", Init.NORMAL));
  }

  /** The prior that a gate's layer has: none before the last one, where that alone has it. */
  public Prior prior(GateSpec spec) {
    return priorLayers == PriorLayers.LAST && spec.layer() < spec.layers() - 1 ? Prior.NONE : prior;
  }

  /** Whether a layer has none, while another one of its stack has one that stays. */
  public boolean priorElsewhere(GateSpec spec) {
    return prior.stays() && prior(spec) == Prior.NONE;
  }
}
