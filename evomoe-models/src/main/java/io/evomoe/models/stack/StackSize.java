package io.evomoe.models.stack;

import io.evomoe.evolution.ExpertPlan;
import io.evomoe.evolution.SharedExperts;
import io.evomoe.internal.names.FieldBound;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.moe.Gates;
import io.evomoe.nn.AttentionForm;
import io.evomoe.nn.FeedForwardForm;
import io.evomoe.nn.Initialization;
import io.evomoe.nn.NormForm;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * The size and form of a stack of blocks.
 *
 * @param layers number of blocks, at least 1
 * @param attention self-attention of each block
 * @param feedForward feed-forward network of a block without experts; experts have the same form,
 *     except their intermediate size
 * @param moe position, number and size of the experts
 * @param norm all normalizations
 * @param dropout dropout rate on every branch of a block, in [0, 1)
 * @param recomputed whether the backward pass recomputes a block's activations instead of keeping
 *     them ({@link io.evomoe.nn.Recomputed})
 */
public record StackSize(
    int layers,
    AttentionForm attention,
    FeedForwardForm feedForward,
    MoeForm moe,
    NormForm norm,
    double dropout,
    boolean recomputed) {

  /** Rejects sizes out of bounds. */
  public StackSize {
    FieldBound.atLeast("layers", layers, 1);
    if (!(dropout >= 0 && dropout < 1)) {
      throw new IllegalArgumentException("dropout must be in [0, 1), was " + dropout);
    }
    if (attention.width() != feedForward.width()) {
      throw new IllegalArgumentException(
          "the width of the feed-forward nets must be that of the attention, %d, was %d"
              .formatted(attention.width(), feedForward.width()));
    }
  }

  /**
   * Returns the original Transformer block, as in GPT and RoBERTa: intermediate size 4 d, GELU,
   * biases everywhere and layer normalization. It has one expert and no dropout.
   */
  public static StackSize of(int layers, int width, int heads) {
    int hidden = (int) Math.min(4L * width, Integer.MAX_VALUE);
    return new StackSize(
        layers,
        AttentionForm.plain(width, heads),
        FeedForwardForm.plain(width, hidden, ActivationFunction.GELU),
        new MoeForm(1, 1, 0, hidden, new SharedExperts(0, hidden, false)),
        NormForm.LAYER,
        0,
        false);
  }

  /** Returns a copy with changed fields. */
  public StackSize with(Consumer<Builder> changes) {
    Builder builder = new Builder(this);
    changes.accept(builder);
    return builder.build();
  }

  /** Returns the hidden size d. */
  public int width() {
    return attention.width();
  }

  /** Returns the heads of {@link #attention}. */
  public int heads() {
    return attention.heads();
  }

  /** Returns the intermediate size of {@link #feedForward}. */
  public int hidden() {
    return feedForward.hidden();
  }

  /** Returns the activation of {@link #feedForward}. */
  public ActivationFunction activation() {
    return feedForward.activation();
  }

  /** Returns the epsilon of {@link #norm}. */
  public double normEpsilon() {
    return norm.epsilon();
  }

  /** Whether block {@code index}, counted from 0, is an MoE block. */
  public boolean isMoe(int index) {
    return moe.isPlace(index);
  }

  /** Returns the number of MoE blocks. */
  public int moeLayers() {
    return (int) IntStream.range(0, layers).filter(moe::isPlace).count();
  }

  /**
   * Returns the common settings of the stack's MoE layers.
   *
   * @param gates makes the gates, and decides whether there are experts
   * @param moeLayersOfModel MoE layers of all the model's stacks
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
        moe.experts(),
        moe.shared(),
        moeLayers(),
        Math.max(1, moeLayersOfModel),
        feedForward.withHidden(moe.hidden()),
        norm,
        initialization,
        vocabulary,
        causal);
  }

  /** Changes single fields; each method is named after its component. */
  public static final class Builder {
    private final int layers;
    private AttentionForm attention;
    private FeedForwardForm feedForward;
    private MoeForm moe;
    private NormForm norm;
    private double dropout;
    private boolean recomputed;

    private Builder(StackSize from) {
      layers = from.layers;
      attention = from.attention;
      feedForward = from.feedForward;
      moe = from.moe;
      norm = from.norm;
      dropout = from.dropout;
      recomputed = from.recomputed;
    }

    /** Sets {@link StackSize#attention}. */
    public Builder attention(AttentionForm value) {
      attention = value;
      return this;
    }

    /** Sets {@link StackSize#feedForward}. */
    public Builder feedForward(FeedForwardForm value) {
      feedForward = value;
      return this;
    }

    /** Sets {@link StackSize#moe}. */
    public Builder moe(MoeForm value) {
      moe = value;
      return this;
    }

    /** Sets {@link StackSize#norm}. */
    public Builder norm(NormForm value) {
      norm = value;
      return this;
    }

    /** Sets the intermediate size of all networks: feed-forward, expert and shared ones. */
    public Builder hidden(int value) {
      feedForward = feedForward.withHidden(value);
      SharedExperts shared = moe.shared();
      moe =
          new MoeForm(
              moe.experts(),
              moe.every(),
              moe.from(),
              value,
              new SharedExperts(shared.count(), value, shared.gated()));
      return this;
    }

    /** Sets {@link MoeForm#experts}. */
    public Builder experts(int value) {
      moe = new MoeForm(value, moe.every(), moe.from(), moe.hidden(), moe.shared());
      return this;
    }

    /** Sets {@link MoeForm#every}. */
    public Builder moeEvery(int value) {
      moe = new MoeForm(moe.experts(), value, moe.from(), moe.hidden(), moe.shared());
      return this;
    }

    /** Sets the number of {@link MoeForm#shared} experts. */
    public Builder sharedExperts(int value) {
      SharedExperts shared = new SharedExperts(value, moe.shared().hidden(), moe.shared().gated());
      moe = new MoeForm(moe.experts(), moe.every(), moe.from(), moe.hidden(), shared);
      return this;
    }

    /** Sets {@link StackSize#dropout}. */
    public Builder dropout(double value) {
      dropout = value;
      return this;
    }

    /** Sets the activation of {@link StackSize#feedForward}. */
    public Builder activation(ActivationFunction value) {
      feedForward =
          new FeedForwardForm(
              feedForward.width(),
              feedForward.hidden(),
              value,
              feedForward.gated(),
              feedForward.biased());
      return this;
    }

    /** Sets {@link StackSize#recomputed}. */
    public Builder recomputed(boolean value) {
      recomputed = value;
      return this;
    }

    /** Sets the epsilon of {@link StackSize#norm}. */
    public Builder normEpsilon(double value) {
      norm = new NormForm(norm.kind(), value);
      return this;
    }

    private StackSize build() {
      return new StackSize(layers, attention, feedForward, moe, norm, dropout, recomputed);
    }
  }
}
