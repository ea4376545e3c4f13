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
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.stream.IntStream;

/**
 * The size and form of a stack of blocks.
 *
 * @param numHiddenLayers number of blocks, at least 1
 * @param attention self-attention of each block
 * @param feedForward feed-forward network of a block without experts; experts have the same form,
 *     except their intermediate size
 * @param moe position, number and size of the experts
 * @param norm all normalizations
 * @param dropout dropout rate on every branch of a block, in [0, 1)
 * @param recomputed whether the backward pass recomputes a block's activations instead of keeping
 *     them ({@link io.evomoe.nn.Recomputed})
 */
@RecordBuilder
public record StackSize(
    int numHiddenLayers,
    AttentionForm attention,
    FeedForwardForm feedForward,
    MoeForm moe,
    NormForm norm,
    double dropout,
    boolean recomputed)
    implements StackSizeBuilder.With {

  /** Rejects sizes out of bounds. */
  public StackSize {
    FieldBound.atLeast("numHiddenLayers", numHiddenLayers, 1);
    if (!(dropout >= 0 && dropout < 1)) {
      throw new IllegalArgumentException("dropout must be in [0, 1), was " + dropout);
    }
    if (attention.hiddenSize() != feedForward.hiddenSize()) {
      throw new IllegalArgumentException(
          "hiddenSize of the feed-forward nets must be that of the attention, %d, was %d"
              .formatted(attention.hiddenSize(), feedForward.hiddenSize()));
    }
  }

  /**
   * Returns the original Transformer block, as in GPT and RoBERTa: intermediate size 4 d, GELU,
   * biases everywhere and layer normalization. It has one expert and no dropout.
   */
  public static StackSize of(int numHiddenLayers, int hiddenSize, int numAttentionHeads) {
    int intermediateSize = (int) Math.min(4L * hiddenSize, Integer.MAX_VALUE);
    return new StackSize(
        numHiddenLayers,
        AttentionForm.plain(hiddenSize, numAttentionHeads),
        FeedForwardForm.plain(hiddenSize, intermediateSize, ActivationFunction.GELU),
        new MoeForm(1, 1, 0, intermediateSize, new SharedExperts(0, intermediateSize, false)),
        NormForm.LAYER,
        0,
        false);
  }

  /** Returns a copy with this intermediate size of all networks: feed-forward, expert, shared. */
  public StackSize withIntermediateSize(int value) {
    FeedForwardForm net = feedForward.withIntermediateSize(value);
    SharedExperts shared = new SharedExperts(moe.shared().count(), value, moe.shared().gated());
    return with(s -> s.feedForward(net).moe(moe.withIntermediateSize(value).withShared(shared)));
  }

  /** Returns a copy with another number of experts in each MoE block. */
  public StackSize withExperts(int value) {
    return withMoe(moe.withExperts(value));
  }

  /** Returns a copy in which every {@code value}-th block is an MoE block. */
  public StackSize withMoeEvery(int value) {
    return withMoe(moe.withEvery(value));
  }

  /** Returns a copy with another number of shared experts. */
  public StackSize withSharedExperts(int value) {
    return withMoe(
        moe.withShared(
            new SharedExperts(value, moe.shared().intermediateSize(), moe.shared().gated())));
  }

  /** Returns a copy with another activation of {@link #feedForward}. */
  public StackSize withActivation(ActivationFunction value) {
    return withFeedForward(
        new FeedForwardForm(
            hiddenSize(), intermediateSize(), value, feedForward.gated(), feedForward.biased()));
  }

  /** Returns a copy with another epsilon of {@link #norm}. */
  public StackSize withNormEpsilon(double value) {
    return withNorm(new NormForm(norm.kind(), value));
  }

  /** Returns the hidden size d. */
  public int hiddenSize() {
    return attention.hiddenSize();
  }

  /** Returns the heads of {@link #attention}. */
  public int numAttentionHeads() {
    return attention.numAttentionHeads();
  }

  /** Returns the intermediate size of {@link #feedForward}. */
  public int intermediateSize() {
    return feedForward.intermediateSize();
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
    return (int) IntStream.range(0, numHiddenLayers).filter(moe::isPlace).count();
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
        feedForward.withIntermediateSize(moe.intermediateSize()),
        norm,
        initialization,
        vocabulary,
        causal);
  }
}
