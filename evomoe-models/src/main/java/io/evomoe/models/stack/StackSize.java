package io.evomoe.models.stack;

import io.evomoe.evolution.ExpertPlan;
import io.evomoe.kernel.Activation;
import io.evomoe.moe.Gates;
import io.evomoe.nn.Initialization;
import io.evomoe.nn.LayerNorm;

/**
 * The size of a stack of blocks.
 *
 * @param layers blocks, at least 1
 * @param width d, at least 1
 * @param hidden width inside a feed-forward net or expert, at least 1
 * @param heads attention heads; divides the width
 * @param experts experts in an MoE block, at least 1
 * @param moeEvery every how many blocks one has experts: blocks {@code moeEvery}, {@code 2
 *     moeEvery} and so on, counted from 1; at least 1
 * @param sharedExperts nets in an MoE block that every token uses beside its experts, at least 0
 * @param dropout rate on every branch of a block, in [0, 1)
 * @param activation inside feed-forward nets
 * @param recomputed whether a block's activations are computed again in the backward pass instead
 *     of kept ({@link io.evomoe.nn.Recomputed})
 * @param normEpsilon added to the variance in layer normalisations, above 0
 */
public record StackSize(
    int layers,
    int width,
    int hidden,
    int heads,
    int experts,
    int moeEvery,
    int sharedExperts,
    double dropout,
    Activation activation,
    boolean recomputed,
    double normEpsilon) {

  /** Refuses sizes out of their bounds. */
  public StackSize {
    requirePositive("layers", layers);
    requirePositive("width", width);
    requirePositive("hidden", hidden);
    requirePositive("heads", heads);
    requirePositive("experts", experts);
    requirePositive("moeEvery", moeEvery);
    if (width % heads != 0) {
      throw new IllegalArgumentException("heads must divide the width " + width + ", was " + heads);
    }
    if (sharedExperts < 0) {
      throw new IllegalArgumentException("sharedExperts must be at least 0, was " + sharedExperts);
    }
    if (!(dropout >= 0 && dropout < 1)) {
      throw new IllegalArgumentException("dropout must be in [0, 1), was " + dropout);
    }
    LayerNorm.requireEpsilon(normEpsilon);
  }

  /** A size with {@link LayerNorm#DEFAULT_EPSILON}. */
  public StackSize(
      int layers,
      int width,
      int hidden,
      int heads,
      int experts,
      int moeEvery,
      int sharedExperts,
      double dropout,
      Activation activation,
      boolean recomputed) {
    this(
        layers,
        width,
        hidden,
        heads,
        experts,
        moeEvery,
        sharedExperts,
        dropout,
        activation,
        recomputed,
        LayerNorm.DEFAULT_EPSILON);
  }

  /** A size whose activations are kept. */
  public StackSize(
      int layers,
      int width,
      int hidden,
      int heads,
      int experts,
      int moeEvery,
      int sharedExperts,
      double dropout,
      Activation activation) {
    this(
        layers, width, hidden, heads, experts, moeEvery, sharedExperts, dropout, activation, false);
  }

  /** The same size, with activations computed again instead of kept. */
  public StackSize withRecomputation() {
    return with(true, normEpsilon);
  }

  /** The same size with another epsilon in its layer normalisations. */
  public StackSize withNormEpsilon(double epsilon) {
    return with(recomputed, epsilon);
  }

  /** The same size with places for other experts. */
  public StackSize withExperts(int experts, int moeEvery) {
    return new StackSize(
        layers,
        width,
        hidden,
        heads,
        experts,
        moeEvery,
        sharedExperts,
        dropout,
        activation,
        recomputed,
        normEpsilon);
  }

  private StackSize with(boolean recomputed, double normEpsilon) {
    return new StackSize(
        layers,
        width,
        hidden,
        heads,
        experts,
        moeEvery,
        sharedExperts,
        dropout,
        activation,
        recomputed,
        normEpsilon);
  }

  /** Whether block {@code index}, from 0, is a place for experts. */
  public boolean isMoe(int index) {
    return (index + 1) % moeEvery == 0;
  }

  /** Number of blocks that are places for experts. */
  public int moeLayers() {
    return layers / moeEvery;
  }

  /**
   * What the MoE layers of such a stack have in common.
   *
   * @param gates makes the gates, and says when there are experts
   * @param moeLayersOfModel MoE layers of all its stacks
   * @param initialization of all weights
   * @param vocabulary number of token ids
   * @param causal whether a token's output must not depend on later tokens
   */
  public ExpertPlan expertPlan(
      Gates gates,
      int moeLayersOfModel,
      Initialization initialization,
      int vocabulary,
      boolean causal) {
    return new ExpertPlan(
        gates,
        experts,
        sharedExperts,
        Math.max(1, moeLayersOfModel),
        width,
        hidden,
        activation,
        initialization,
        vocabulary,
        causal);
  }

  private static void requirePositive(String field, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(field + " must be at least 1, was " + value);
    }
  }
}
