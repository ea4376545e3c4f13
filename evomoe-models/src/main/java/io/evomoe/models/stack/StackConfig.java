package io.evomoe.models.stack;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.nn.NormConfig;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A stack of blocks, which may differ in everything except the hidden size.
 *
 * @param blocks from the first to the last, at least one
 */
public record StackConfig(List<BlockConfig> blocks) {

  /** Rejects a stack without blocks and blocks of different hidden sizes. */
  public StackConfig {
    blocks = List.copyOf(blocks);
    FieldBound.atLeast("numHiddenLayers", blocks.size(), 1);
    int first = blocks.get(0).hiddenSize();
    for (int i = 1; i < blocks.size(); i++) {
      if (blocks.get(i).hiddenSize() != first) {
        throw new IllegalArgumentException(
            "hiddenSize of block %d must be that of block 0, %d, was %d"
                .formatted(i, first, blocks.get(i).hiddenSize()));
      }
    }
  }

  /** Returns a stack of equal blocks. */
  public static StackConfig of(int numHiddenLayers, BlockConfig block) {
    FieldBound.atLeast("numHiddenLayers", numHiddenLayers, 1);
    return new StackConfig(Collections.nCopies(numHiddenLayers, block));
  }

  /** Returns original Transformer blocks ({@link BlockConfig#of}), each with one expert. */
  public static StackConfig of(int numHiddenLayers, int hiddenSize, int numAttentionHeads) {
    return of(numHiddenLayers, BlockConfig.of(hiddenSize, numAttentionHeads)).withMoeEvery(1);
  }

  /** Returns a copy with a change of all blocks. */
  public StackConfig with(Consumer<BlockConfigBuilder> change) {
    return each(block -> block.with(change));
  }

  private StackConfig each(UnaryOperator<BlockConfig> change) {
    return new StackConfig(blocks.stream().map(change).toList());
  }

  /** Returns a copy with this intermediate size of all networks: feed-forward, expert, shared. */
  public StackConfig withIntermediateSize(int value) {
    return each(block -> block.withIntermediateSize(value));
  }

  /** Returns a copy with another activation of all networks. */
  public StackConfig withActivation(ActivationFunction value) {
    return each(block -> block.withFeedForward(block.feedForward().withActivation(value)));
  }

  /** Returns a copy with another number of experts in each MoE block. */
  public StackConfig withExperts(int value) {
    return each(
        block -> block.moe() == null ? block : block.withMoe(block.moe().withExperts(value)));
  }

  /** Returns a copy in which every n-th block is an MoE block ({@link #withMoeEvery(int, int)}). */
  public StackConfig withMoeEvery(int every) {
    return withMoeEvery(every, 0);
  }

  /**
   * Returns a copy in which every n-th block is an MoE block, with its own experts or those of the
   * first MoE block. Without MoE blocks it gets one expert of the feed-forward network's size.
   *
   * @param every n, at least 1: blocks n, 2n and so on, counted from 1
   * @param from index of the first block that may have experts, counted from 0
   */
  public StackConfig withMoeEvery(int every, int from) {
    FieldBound.atLeast("moeEvery", every, 1);
    FieldBound.atLeast("moeFrom", from, 0);
    MoeConfig usual = moe();
    IntFunction<BlockConfig> placed =
        i -> {
          BlockConfig block = blocks.get(i);
          if (i < from || (i + 1) % every != 0) {
            return block.withMoe(null);
          }
          MoeConfig other = usual == null ? MoeConfig.of(1, block.intermediateSize()) : usual;
          return block.withMoe(Objects.requireNonNullElse(block.moe(), other));
        };
    return new StackConfig(IntStream.range(0, blocks.size()).mapToObj(placed).toList());
  }

  /**
   * Returns the configuration of all blocks if they differ only in having experts. It has the
   * experts of the MoE blocks.
   *
   * @throws IllegalArgumentException naming the first block that differs
   */
  public BlockConfig block() {
    MoeConfig moe = moe();
    BlockConfig all = blocks.get(0).withMoe(moe);
    for (int i = 0; i < blocks.size(); i++) {
      if (!blocks.get(i).withMoe(isMoe(i) ? blocks.get(i).moe() : moe).equals(all)) {
        throw new IllegalArgumentException(
            "all blocks must be equal except for having experts, block %d differs from those before it"
                .formatted(i));
      }
    }
    return all;
  }

  /** Returns the experts of the first MoE block; null if there is none. */
  private @Nullable MoeConfig moe() {
    return blocks.stream().flatMap(b -> Stream.ofNullable(b.moe())).findFirst().orElse(null);
  }

  /** Returns the number of blocks. */
  public int numHiddenLayers() {
    return blocks.size();
  }

  /** Returns the hidden size d. */
  public int hiddenSize() {
    return blocks.get(0).hiddenSize();
  }

  /** Returns the dropout rate of the embeddings, which is that of the first block. */
  public double dropout() {
    return blocks.get(0).dropout();
  }

  /** Returns the normalization after the last block, which is like that block's. */
  public NormConfig norm() {
    return blocks.get(blocks.size() - 1).norm();
  }

  /** Whether block {@code index}, counted from 0, is an MoE block. */
  public boolean isMoe(int index) {
    return blocks.get(index).moe() != null;
  }

  /** Returns the number of MoE blocks. */
  public int moeLayers() {
    return (int) blocks.stream().filter(block -> block.moe() != null).count();
  }

  /**
   * Returns the largest n for which only blocks n, 2n and so on, counted from 1, are MoE blocks; 0
   * if there is none.
   */
  public int moeEvery() {
    return IntStream.range(0, blocks.size())
        .map(i -> isMoe(i) ? i + 1 : 0)
        .reduce(0, StackConfig::commonDivisor);
  }

  private static int commonDivisor(int a, int b) {
    return b == 0 ? a : commonDivisor(b, a % b);
  }
}
