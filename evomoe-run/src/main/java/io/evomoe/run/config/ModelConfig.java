package io.evomoe.run.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.evolution.SharedExperts;
import io.evomoe.internal.names.FieldBound;
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

/**
 * The size of a model.
 *
 * <p>Sizes are at most 1,000,000, experts at most 65,536, the vocabulary at most 10,000,000.
 *
 * @param layers number of blocks, at least 1; for task mt, of the encoder and of the decoder each
 * @param width hidden size, at least 1
 * @param hidden intermediate size of a feed-forward network or expert, at least 1
 * @param heads attention heads; must divide {@code width} if {@code headWidth} is null
 * @param experts experts per MoE block, at least 1
 * @param moeEvery every n-th block is an MoE block, at least 1
 * @param vocabulary requested vocabulary size of the tokenizer, at least 1
 * @param sequence tokens per sequence, at least 1; for task mt the longest sentence
 * @param dropout dropout rate, in [0, 1)
 * @param sharedExperts experts per MoE block that every token uses, at least 0; this field and
 *     those below may be left out
 * @param architecture block type: {@code gpt}, or {@code llama} for task gpt
 * @param keyValueHeads heads of keys and values, a divisor of {@code heads}; null for {@code
 *     heads}. For architecture {@code llama}
 * @param headWidth head size, at least 1 and even; null for {@code width / heads}. For architecture
 *     {@code llama}
 * @param expertHidden intermediate size of an expert, at least 1; null for {@code hidden}
 * @param sharedHidden intermediate size of a shared expert, at least 1; null for that of an expert
 * @param sharedGate whether a sigmoid gate weights the shared experts' sum for each token; needs
 *     {@code sharedExperts} of at least 1
 * @param moeFrom index of the first block that may have experts, counted from 0
 * @param documentMask whether attention stays within each document of a packed sequence; for task
 *     gpt
 */
@RecordBuilder
public record ModelConfig(
    int layers,
    int width,
    int hidden,
    int heads,
    int experts,
    int moeEvery,
    int vocabulary,
    int sequence,
    double dropout,
    int sharedExperts,
    Architecture architecture,
    @Nullable Integer keyValueHeads,
    @Nullable Integer headWidth,
    @Nullable Integer expertHidden,
    @Nullable Integer sharedHidden,
    boolean sharedGate,
    int moeFrom,
    boolean documentMask)
    implements ModelConfigBuilder.With {

  /** Far above any real training: a larger value is a typing error. */
  private static final int LARGEST = 1_000_000;

  private static final int MOST_EXPERTS = 65_536;
  private static final int LARGEST_VOCABULARY = 10_000_000;

  /** Rejects sizes out of bounds. */
  public ModelConfig {
    requireAtMost("layers", layers, LARGEST);
    requireAtMost("width", width, LARGEST);
    requireAtMost("hidden", hidden, LARGEST);
    requireAtMost("experts", experts, MOST_EXPERTS);
    requireAtMost("sharedExperts", sharedExperts, MOST_EXPERTS);
    requireAtMost("vocabulary", vocabulary, LARGEST_VOCABULARY);
    requireAtMost("sequence", sequence, LARGEST);
    requireAtMost("expertHidden", expertHidden, LARGEST);
    requireAtMost("sharedHidden", sharedHidden, LARGEST);
    requireAtMost("headWidth", headWidth, LARGEST);
    FieldBound.atLeast("vocabulary", vocabulary, 1);
    FieldBound.atLeast("sequence", sequence, 1);
    AttentionForm attention =
        new AttentionForm(
            width,
            heads,
            orElse(keyValueHeads, heads),
            headWidth(headWidth, width, heads),
            false,
            false,
            null,
            architecture == Architecture.LLAMA ? new Rotary(Rotary.DEFAULT_THETA) : null);
    FeedForwardForm net = FeedForwardForm.plain(width, hidden, ActivationFunction.GELU);
    int inExpert = orElse(expertHidden, hidden);
    SharedExperts shared =
        new SharedExperts(sharedExperts, orElse(sharedHidden, inExpert), sharedGate);
    new StackSize(
        layers,
        attention,
        net,
        new MoeForm(experts, moeEvery, moeFrom, inExpert, shared),
        NormForm.LAYER,
        dropout,
        false);
    if (architecture == Architecture.GPT) {
      requireLeftOut("keyValueHeads", keyValueHeads);
      requireLeftOut("headWidth", headWidth);
    }
  }

  private static int orElse(@Nullable Integer value, int usual) {
    return value == null ? usual : value;
  }

  private static int headWidth(@Nullable Integer value, int width, int heads) {
    return value == null ? AttentionForm.plain(width, heads).headWidth() : value;
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
        width,
        heads,
        orElse(keyValueHeads, heads),
        headWidth(headWidth, width, heads),
        biased,
        projectionBiased,
        norm,
        rotary);
  }

  /** Returns the position and size of the experts. */
  MoeForm moe() {
    int ofExpert = orElse(expertHidden, hidden);
    int ofShared = orElse(sharedHidden, ofExpert);
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
    return (int) IntStream.range(0, layers).filter(moe::isPlace).count();
  }

  /** Returns the fields that a file may leave out, with their defaults. */
  static ObjectNode usual() {
    return StrictYaml.nothing()
        .put("sharedExperts", 0)
        .put("architecture", Architecture.GPT.toString())
        .putNull("keyValueHeads")
        .putNull("headWidth")
        .putNull("expertHidden")
        .putNull("sharedHidden")
        .put("sharedGate", false)
        .put("moeFrom", 0)
        .put("documentMask", false);
  }

  private static void requireAtMost(String field, @Nullable Integer value, int maximum) {
    if (value != null && value > maximum) {
      throw new IllegalArgumentException(field + " must be at most " + maximum + ", was " + value);
    }
  }

  /** Returns a copy with the sizes of an existing stack; the position of the experts stays. */
  public ModelConfig withStack(StackSize stack) {
    AttentionForm attention = stack.attention();
    MoeForm moe = stack.moe();
    ModelConfig sized =
        new ModelConfig(
            stack.layers(),
            stack.width(),
            stack.hidden(),
            attention.heads(),
            experts,
            moeEvery,
            vocabulary,
            sequence,
            stack.dropout(),
            moe.shared().count(),
            architecture,
            null,
            null,
            moe.hidden() == stack.hidden() ? null : moe.hidden(),
            moe.shared().hidden() == moe.hidden() ? null : moe.shared().hidden(),
            moe.shared().gated(),
            moe.from(),
            documentMask);
    return architecture == Architecture.GPT
        ? sized
        : sized.with(
            m -> m.keyValueHeads(attention.keyValueHeads()).headWidth(attention.headWidth()));
  }
}
