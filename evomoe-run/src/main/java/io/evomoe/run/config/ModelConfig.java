package io.evomoe.run.config;

import io.evomoe.evolution.SharedExperts;
import io.evomoe.internal.names.Field;
import io.evomoe.internal.names.Fields;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.models.stack.MoeForm;
import io.evomoe.models.stack.StackSize;
import io.evomoe.nn.AttentionForm;
import io.evomoe.nn.FeedForwardForm;
import io.evomoe.nn.NormForm;
import io.evomoe.nn.QueryKeyNorm;
import io.evomoe.nn.Rotary;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The size of a model. */
@RecordBuilder
public record ModelConfig(
    @Field(
            doc = "number of blocks; for task mt, of the encoder and of the decoder each",
            min = 1,
            max = 1_000_000)
        int numHiddenLayers,
    @Field(doc = "hidden size", min = 1, max = 1_000_000) int hiddenSize,
    @Field(doc = "intermediate size of a feed-forward network or expert", min = 1, max = 1_000_000)
        int intermediateSize,
    @Field(doc = "attention heads; must divide `hiddenSize` if `headDim` is null", min = 1)
        int numAttentionHeads,
    @Field(doc = "experts per MoE block", min = 1, max = 65_536) int experts,
    @Field(doc = "every n-th block is an MoE block", min = 1) int moeEvery,
    @Field(doc = "requested vocabulary size of the tokenizer", min = 1, max = 10_000_000)
        int vocabulary,
    @Field(doc = "tokens per sequence; for task mt the longest sentence", min = 1, max = 1_000_000)
        int sequence,
    @Field(doc = "dropout rate", min = 0, below = 1) double dropout,
    @Field(
            doc = "experts per MoE block that every token uses",
            initial = "0",
            min = 0,
            max = 65_536)
        int sharedExperts,
    @Field(doc = "block type; `llama` for task gpt", initial = "gpt") Architecture architecture,
    @Field(
            doc =
                "heads of keys and values, a divisor of `numAttentionHeads`; null for `numAttentionHeads`. For "
                    + "architecture `llama`",
            initial = Fields.EMPTY,
            min = 1)
        @Nullable Integer numKeyValueHeads,
    @Field(
            doc =
                "head size, even; null for `hiddenSize / numAttentionHeads`. For architecture `llama`",
            initial = Fields.EMPTY,
            min = 1,
            max = 1_000_000)
        @Nullable Integer headDim,
    @Field(
            doc = "intermediate size of an expert; null for `intermediateSize`",
            initial = Fields.EMPTY,
            min = 1,
            max = 1_000_000)
        @Nullable Integer moeIntermediateSize,
    @Field(
            doc = "intermediate size of a shared expert; null for that of an expert",
            initial = Fields.EMPTY,
            min = 1,
            max = 1_000_000)
        @Nullable Integer sharedExpertIntermediateSize,
    @Field(
            doc =
                "whether a sigmoid gate weights the shared experts' sum for each token; needs "
                    + "`sharedExperts` of at least 1",
            initial = "false")
        boolean sharedGate,
    @Field(
            doc = "index of the first block that may have experts, counted from 0",
            initial = "0",
            min = 0)
        int moeFrom,
    @Field(
            doc =
                "whether attention stays within each document of a packed sequence; for task "
                    + "gpt",
            initial = "false")
        boolean documentMask)
    implements ModelConfigBuilder.With {

  /** Rejects sizes out of bounds. */
  public ModelConfig {
    Fields.require(
        ModelConfig.class,
        numHiddenLayers,
        hiddenSize,
        intermediateSize,
        numAttentionHeads,
        experts,
        moeEvery,
        vocabulary,
        sequence,
        dropout,
        sharedExperts,
        architecture,
        numKeyValueHeads,
        headDim,
        moeIntermediateSize,
        sharedExpertIntermediateSize,
        sharedGate,
        moeFrom,
        documentMask);
    AttentionForm attention =
        new AttentionForm(
            hiddenSize,
            numAttentionHeads,
            orElse(numKeyValueHeads, numAttentionHeads),
            headDim(headDim, hiddenSize, numAttentionHeads),
            false,
            false,
            null,
            architecture == Architecture.LLAMA ? new Rotary(Rotary.DEFAULT_THETA) : null);
    FeedForwardForm net =
        FeedForwardForm.plain(hiddenSize, intermediateSize, ActivationFunction.GELU);
    int inExpert = orElse(moeIntermediateSize, intermediateSize);
    SharedExperts shared =
        new SharedExperts(
            sharedExperts, orElse(sharedExpertIntermediateSize, inExpert), sharedGate);
    new StackSize(
        numHiddenLayers,
        attention,
        net,
        new MoeForm(experts, moeEvery, moeFrom, inExpert, shared),
        NormForm.LAYER,
        dropout,
        false);
    if (architecture == Architecture.GPT) {
      requireLeftOut("numKeyValueHeads", numKeyValueHeads);
      requireLeftOut("headDim", headDim);
    }
  }

  private static int orElse(@Nullable Integer value, int usual) {
    return value == null ? usual : value;
  }

  private static int headDim(@Nullable Integer value, int hiddenSize, int numAttentionHeads) {
    return value == null ? AttentionForm.plain(hiddenSize, numAttentionHeads).headDim() : value;
  }

  private static void requireLeftOut(String field, @Nullable Integer value) {
    if (value != null) {
      throw new IllegalArgumentException(
          "%s must be left out for architecture gpt, was %d".formatted(field, value));
    }
  }

  /**
   * Returns the attention of a block.
   *
   * @throws IllegalArgumentException for heads that do not fit
   */
  AttentionForm attention(
      boolean biased,
      boolean projectionBiased,
      @Nullable QueryKeyNorm norm,
      @Nullable Rotary rotary) {
    return new AttentionForm(
        hiddenSize,
        numAttentionHeads,
        orElse(numKeyValueHeads, numAttentionHeads),
        headDim(headDim, hiddenSize, numAttentionHeads),
        biased,
        projectionBiased,
        norm,
        rotary);
  }

  /** Returns the position and size of the experts. */
  MoeForm moe() {
    int ofExpert = orElse(moeIntermediateSize, intermediateSize);
    int ofShared = orElse(sharedExpertIntermediateSize, ofExpert);
    return new MoeForm(
        experts,
        moeEvery,
        moeFrom,
        ofExpert,
        new SharedExperts(sharedExperts, ofShared, sharedGate));
  }

  /** Returns the number of MoE blocks in a stack. */
  public int moeLayers() {
    MoeForm moe = moe();
    return (int) IntStream.range(0, numHiddenLayers).filter(moe::isPlace).count();
  }

  /** Returns a copy with the sizes of an existing stack; the position of the experts stays. */
  public ModelConfig withStack(StackSize stack) {
    AttentionForm attention = stack.attention();
    MoeForm moe = stack.moe();
    ModelConfig sized =
        new ModelConfig(
            stack.numHiddenLayers(),
            stack.hiddenSize(),
            stack.intermediateSize(),
            attention.numAttentionHeads(),
            experts,
            moeEvery,
            vocabulary,
            sequence,
            stack.dropout(),
            moe.shared().count(),
            architecture,
            null,
            null,
            moe.intermediateSize() == stack.intermediateSize() ? null : moe.intermediateSize(),
            moe.shared().intermediateSize() == moe.intermediateSize()
                ? null
                : moe.shared().intermediateSize(),
            moe.shared().gated(),
            moe.from(),
            documentMask);
    return architecture == Architecture.GPT
        ? sized
        : sized.with(
            m -> m.numKeyValueHeads(attention.numKeyValueHeads()).headDim(attention.headDim()));
  }
}
