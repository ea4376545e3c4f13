package io.evomoe.run.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.evomoe.evolution.ExpertPlan.SharedExperts;
import io.evomoe.internal.names.Field;
import io.evomoe.internal.names.Fields;
import io.evomoe.internal.names.Suggestion;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.models.stack.BlockConfig;
import io.evomoe.models.stack.MoeConfig;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.nn.AttentionConfig;
import io.evomoe.nn.FeedForwardConfig;
import io.evomoe.nn.NormConfig;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.Arrays;
import java.util.Locale;
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
    @Field(doc = "block type, `llama` only for task gpt", initial = "gpt")
        Architecture architecture,
    @Field(
            doc =
                "heads of keys and values, a divisor of `numAttentionHeads`; null for"
                    + " `numAttentionHeads`. For architecture `llama`",
            min = 1)
        @Nullable Integer numKeyValueHeads,
    @Field(
            doc =
                "head size, even; null for `hiddenSize / numAttentionHeads`. For architecture"
                    + " `llama`",
            min = 1,
            max = 1_000_000)
        @Nullable Integer headDim,
    @Field(
            doc = "intermediate size of an expert; null for `intermediateSize`",
            min = 1,
            max = 1_000_000)
        @Nullable Integer moeIntermediateSize,
    @Field(
            doc = "intermediate size of a shared expert; null for that of an expert",
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
    ArchitectureConfig details =
        architecture == Architecture.LLAMA ? ArchitectureConfig.DEFAULT : null;
    attention(hiddenSize, numAttentionHeads, numKeyValueHeads, headDim, details);
    new SharedExperts(sharedExperts, 1, sharedGate);
    if (architecture == Architecture.GPT) {
      requireLeftOut("numKeyValueHeads", numKeyValueHeads);
      requireLeftOut("headDim", headDim);
    }
  }

  private static int orElse(@Nullable Integer value, int usual) {
    return value == null ? usual : value;
  }

  /** Returns the attention of a Llama, or of the original Transformer without details. */
  private static AttentionConfig attention(
      int hiddenSize,
      int heads,
      @Nullable Integer keyValueHeads,
      @Nullable Integer headDim,
      @Nullable ArchitectureConfig llama) {
    return new AttentionConfig(
        hiddenSize,
        heads,
        orElse(keyValueHeads, heads),
        headDim == null ? AttentionConfig.plain(hiddenSize, heads).headDim() : headDim,
        llama == null || llama.attentionBias(),
        llama == null || llama.projectionBias(),
        llama == null ? null : llama.norm(),
        llama == null ? null : llama.rotary());
  }

  private static void requireLeftOut(String field, @Nullable Integer value) {
    if (value != null) {
      throw new IllegalArgumentException(
          "%s must be left out for architecture gpt, was %d".formatted(field, value));
    }
  }

  /**
   * Returns the blocks of a model, or of each stack of an encoder-decoder.
   *
   * @param usual the task's default activation
   */
  StackConfig stack(ArchitectureConfig details, ActivationFunction usual, boolean recomputed) {
    boolean llama = architecture == Architecture.LLAMA;
    ActivationFunction chosen = details.activation();
    ActivationFunction byDefault = llama ? ActivationFunction.SILU : usual;
    int ofExpert = orElse(moeIntermediateSize, intermediateSize);
    int ofShared = orElse(sharedExpertIntermediateSize, ofExpert);
    BlockConfig block =
        new BlockConfig(
            attention(
                hiddenSize, numAttentionHeads, numKeyValueHeads, headDim, llama ? details : null),
            new FeedForwardConfig(
                hiddenSize,
                intermediateSize,
                chosen == null ? byDefault : chosen,
                llama,
                !llama || details.feedForwardBias()),
            new MoeConfig(
                experts, ofExpert, new SharedExperts(sharedExperts, ofShared, sharedGate)),
            new NormConfig(
                llama ? NormConfig.Kind.RMS : NormConfig.Kind.LAYER, details.normEpsilon()),
            dropout,
            recomputed);
    return StackConfig.of(numHiddenLayers, block).withMoeEvery(moeEvery, moeFrom);
  }

  /** Returns the number of MoE blocks in a stack. */
  public int moeLayers() {
    int before = Math.min(moeFrom, numHiddenLayers);
    return numHiddenLayers / moeEvery - before / moeEvery;
  }

  /**
   * Returns a copy with the sizes of an existing stack. If it has no MoE blocks, those of this
   * stay.
   */
  public ModelConfig withStack(StackConfig stack) {
    BlockConfig block = stack.block();
    AttentionConfig attention = block.attention();
    int size = block.intermediateSize();
    boolean llama = architecture == Architecture.LLAMA;
    ModelConfig sized =
        with(
            m ->
                m.numHiddenLayers(stack.numHiddenLayers())
                    .hiddenSize(stack.hiddenSize())
                    .intermediateSize(size)
                    .numAttentionHeads(attention.numAttentionHeads())
                    .numKeyValueHeads(llama ? attention.numKeyValueHeads() : null)
                    .headDim(llama ? attention.headDim() : null)
                    .dropout(block.dropout()));
    MoeConfig moe = block.moe();
    if (moe == null) {
      return sized;
    }
    int ofExpert = moe.intermediateSize();
    SharedExperts shared = moe.shared();
    int every = stack.moeEvery();
    int first =
        IntStream.range(0, stack.numHiddenLayers()).filter(stack::isMoe).findFirst().orElse(0);
    return sized.with(
        m ->
            m.experts(moe.experts())
                .moeEvery(every)
                .moeFrom(first + 1 == every ? 0 : first)
                .moeIntermediateSize(ofExpert == size ? null : ofExpert)
                .sharedExperts(shared.count())
                .sharedExpertIntermediateSize(
                    shared.intermediateSize() == ofExpert ? null : shared.intermediateSize())
                .sharedGate(shared.gated()));
  }

  /** The block type of a model; configuration files have its name in lower case. */
  public enum Architecture {
    /**
     * The block of GPT-2 (Radford et al. 2019) and of the EvoMoE paper: learned positions, layer
     * normalization, biases and plain feed-forward networks. Tasks roberta and mt use the original
     * Transformer's variant of it.
     */
    GPT,
    /**
     * A current decoder block: rotary positions, RMS normalization, gated feed-forward networks and
     * grouped-query attention ({@link io.evomoe.models.llama.Llama}).
     */
    LLAMA;

    /**
     * Returns the architecture of this name in configuration files.
     *
     * @throws IllegalArgumentException for any other name
     */
    public static Architecture named(String name) {
      return Arrays.stream(values())
          .filter(architecture -> architecture.toString().equals(name))
          .findFirst()
          .orElseThrow(
              () ->
                  Suggestion.unknown(
                      "model.architecture",
                      name,
                      Arrays.stream(values()).map(Architecture::toString).toList()));
    }

    /** Reads {@code model.architecture} of a configuration; {@link #GPT} if it is missing. */
    public static Architecture in(JsonNode fields) {
      return named(fields.path("model").path("architecture").asText(GPT.toString()));
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
