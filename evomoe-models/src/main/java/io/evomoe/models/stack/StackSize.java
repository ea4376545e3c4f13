package io.evomoe.models.stack;

import io.evomoe.evolution.ExpertPlan;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.moe.Gates;
import io.evomoe.nn.Initialization;
import io.evomoe.nn.LayerNorm;
import java.util.function.Consumer;

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
    ActivationFunction activation,
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

  /**
   * A size with nets four times as wide inside, one expert in each, GELU, no dropout and {@link
   * LayerNorm#DEFAULT_EPSILON}.
   */
  public static StackSize of(int layers, int width, int heads) {
    return new StackSize(
        layers,
        width,
        (int) Math.min(4L * width, Integer.MAX_VALUE),
        heads,
        1,
        1,
        0,
        0,
        ActivationFunction.GELU,
        false,
        LayerNorm.DEFAULT_EPSILON);
  }

  /** The same with other values of some fields. */
  public StackSize with(Consumer<Builder> changes) {
    Builder builder = new Builder(this);
    changes.accept(builder);
    return builder.build();
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

  /** Changes single fields; each means what the component of its name means. */
  public static final class Builder {
    private final StackSize from;
    private int hidden;
    private int experts;
    private int moeEvery;
    private int sharedExperts;
    private double dropout;
    private ActivationFunction activation;
    private boolean recomputed;
    private double normEpsilon;

    private Builder(StackSize from) {
      this.from = from;
      hidden = from.hidden;
      experts = from.experts;
      moeEvery = from.moeEvery;
      sharedExperts = from.sharedExperts;
      dropout = from.dropout;
      activation = from.activation;
      recomputed = from.recomputed;
      normEpsilon = from.normEpsilon;
    }

    /** Sets {@link StackSize#hidden}. */
    public Builder hidden(int value) {
      hidden = value;
      return this;
    }

    /** Sets {@link StackSize#experts}. */
    public Builder experts(int value) {
      experts = value;
      return this;
    }

    /** Sets {@link StackSize#moeEvery}. */
    public Builder moeEvery(int value) {
      moeEvery = value;
      return this;
    }

    /** Sets {@link StackSize#sharedExperts}. */
    public Builder sharedExperts(int value) {
      sharedExperts = value;
      return this;
    }

    /** Sets {@link StackSize#dropout}. */
    public Builder dropout(double value) {
      dropout = value;
      return this;
    }

    /** Sets {@link StackSize#activation}. */
    public Builder activation(ActivationFunction value) {
      activation = value;
      return this;
    }

    /** Sets {@link StackSize#recomputed}. */
    public Builder recomputed(boolean value) {
      recomputed = value;
      return this;
    }

    /** Sets {@link StackSize#normEpsilon}. */
    public Builder normEpsilon(double value) {
      normEpsilon = value;
      return this;
    }

    private StackSize build() {
      return new StackSize(
          from.layers,
          from.width,
          hidden,
          from.heads,
          experts,
          moeEvery,
          sharedExperts,
          dropout,
          activation,
          recomputed,
          normEpsilon);
    }
  }
}
