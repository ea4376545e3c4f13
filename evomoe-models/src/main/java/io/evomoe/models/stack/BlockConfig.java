package io.evomoe.models.stack;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.nn.AttentionConfig;
import io.evomoe.nn.FeedForwardConfig;
import io.evomoe.nn.NormConfig;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

/**
 * One block of a stack.
 *
 * @param attention self-attention
 * @param feedForward feed-forward network; experts differ only in the intermediate size
 * @param moe experts instead of the feed-forward network; null for none
 * @param norm all normalizations of the block
 * @param dropout dropout rate on every branch, in [0, 1)
 * @param recomputed whether the backward pass recomputes the activations instead of keeping them
 *     ({@link io.evomoe.nn.Layer#recomputed})
 */
@RecordBuilder
public record BlockConfig(
    AttentionConfig attention,
    FeedForwardConfig feedForward,
    @Nullable MoeConfig moe,
    NormConfig norm,
    double dropout,
    boolean recomputed)
    implements BlockConfigBuilder.With {

  /** Rejects a dropout rate out of bounds and different hidden sizes. */
  public BlockConfig {
    FieldBound.belowOne("dropout", dropout);
    if (attention.hiddenSize() != feedForward.hiddenSize()) {
      throw new IllegalArgumentException(
          "hiddenSize of the feed-forward nets must be that of the attention, %d, was %d"
              .formatted(attention.hiddenSize(), feedForward.hiddenSize()));
    }
  }

  /**
   * Returns the original Transformer block, as in GPT and RoBERTa: intermediate size 4 d, GELU,
   * biases everywhere and layer normalization. It has no experts and no dropout.
   */
  public static BlockConfig of(int hiddenSize, int numAttentionHeads) {
    int intermediateSize = (int) Math.min(4L * hiddenSize, Integer.MAX_VALUE);
    return new BlockConfig(
        AttentionConfig.plain(hiddenSize, numAttentionHeads),
        FeedForwardConfig.plain(hiddenSize, intermediateSize, ActivationFunction.GELU),
        null,
        NormConfig.LAYER,
        0,
        false);
  }

  /** Returns a copy with this intermediate size of all networks: feed-forward, expert, shared. */
  public BlockConfig withIntermediateSize(int value) {
    BlockConfig sized = withFeedForward(feedForward.withIntermediateSize(value));
    return moe == null
        ? sized
        : sized.withMoe(
            new MoeConfig(moe.experts(), value, moe.shared().withIntermediateSize(value)));
  }

  /** Returns the hidden size d. */
  public int hiddenSize() {
    return attention.hiddenSize();
  }

  /** Returns the intermediate size of {@link #feedForward}. */
  public int intermediateSize() {
    return feedForward.intermediateSize();
  }
}
