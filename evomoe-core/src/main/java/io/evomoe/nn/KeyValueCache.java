package io.evomoe.nn;

import io.evomoe.kernel.AttentionMask;
import io.evomoe.kernel.Kernels;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Keys and values of the positions that a decoder has read, so that a further token costs one row.
 * The first pass may read several tokens a sequence (the prompt), later ones read one. After each
 * pass over all layers the model calls {@link #advance}.
 *
 * <p>Attention runs over the whole capacity, with the places that hold nothing hidden like padding:
 * shapes stay the same from token to token. The arrays are made in the workspace that is current
 * when the cache is, and outside of workspaces where there is none: it must not be used once that
 * workspace is left.
 */
public final class KeyValueCache {
  static final Pullback NO_BACKWARD =
      gradient -> {
        throw new IllegalStateException("a pass with a key-value cache has no backward pass");
      };

  private final OuterWorkspace home = new OuterWorkspace();
  private final int capacity;
  private final Kernels kernels;
  private final Map<String, KeysAndValues> own = new HashMap<>();
  private final Map<String, INDArray> ofMemory = new HashMap<>();
  private int sequences;
  private int length;
  private boolean[] hidden;
  private @Nullable TokenBatch memoryTokens;

  /**
   * An empty cache.
   *
   * @param sequences sequences that are decoded side by side, at least 1
   * @param capacity most tokens a sequence may come to have, at least 1
   */
  public KeyValueCache(int sequences, int capacity, Kernels kernels) {
    if (sequences < 1 || capacity < 1) {
      throw new IllegalArgumentException(
          "sequences and capacity must be at least 1, were %d and %d"
              .formatted(sequences, capacity));
    }
    this.sequences = sequences;
    this.capacity = capacity;
    this.kernels = kernels;
    this.hidden = new boolean[sequences * capacity];
    Arrays.fill(hidden, true);
  }

  /** Sequences that are decoded side by side. */
  public int sequences() {
    return sequences;
  }

  /** Most tokens a sequence may come to have. */
  public int capacity() {
    return capacity;
  }

  /** Tokens that each sequence has. */
  public int length() {
    return length;
  }

  /** Ends a pass that read so many tokens a sequence. */
  public void advance(int tokens) {
    if (tokens < 1 || length + tokens > capacity) {
      throw new IllegalArgumentException(
          "tokens must be in 1..%d, was %d".formatted(capacity - length, tokens));
    }
    length += tokens;
  }

  /**
   * Lets sequence i go on from what sequence {@code order[i]} holds. There may be more or fewer
   * than before. Of the memory, runs of sequences that share a row of it go on sharing it where all
   * runs are equally long.
   *
   * @param order sequences as numbered before, at least one
   */
  public void reorder(int[] order) {
    if (order.length == 0) {
      throw new IllegalArgumentException("order must have at least 1 sequence, had 0");
    }
    for (int from : order) {
      if (from < 0 || from >= sequences) {
        throw new IllegalArgumentException(
            "order must be in 0..%d, was %d".formatted(sequences - 1, from));
      }
    }
    own.replaceAll(
        (layer, held) -> held.at(SequenceOrder.apply(kernels, held.all, sequences, order, home)));
    hidden = SequenceOrder.apply(hidden, sequences, order);
    TokenBatch memory = memoryTokens;
    if (memory != null) {
      int[] memoryOrder = SequenceOrder.ofShared(order, sequences / memory.sequences());
      int before = memory.sequences();
      ofMemory.replaceAll(
          (layer, rows) -> SequenceOrder.apply(kernels, rows, before, memoryOrder, home));
      memoryTokens = SequenceOrder.apply(memory, memoryOrder);
    }
    sequences = order.length;
  }

  /**
   * Adds this pass's keys and values of a self-attention.
   *
   * @param rows keys and values side by side [sequences * tokens, 2d]; may be a column view
   * @return all so far
   */
  KeysAndValues append(String layer, INDArray rows, TokenBatch tokens) {
    requireRoom(tokens);
    long width = rows.size(1);
    KeysAndValues held = own.computeIfAbsent(layer, unused -> KeysAndValues.of(zeros(width)));
    if (tokens.length() == 1) {
      kernels.copyInto(rows, place(held.all, new long[] {sequences, width}, capacity * width, 1));
    } else {
      long[] shape = {sequences, tokens.length(), width};
      long[] from = {tokens.length() * (long) rows.stride(0), rows.stride(0), 1};
      kernels.copyInto(
          Nd4j.create(rows.data(), shape, from, rows.offset(), 'c'),
          place(held.all, shape, capacity * width, width, 1));
    }
    for (int s = 0; s < tokens.size(); s++) {
      int place = s / tokens.length() * capacity + length + s % tokens.length();
      hidden[place] = tokens.isPadding(s);
    }
    return held;
  }

  /** View of where the pass's rows go. */
  private INDArray place(INDArray all, long[] shape, long... strides) {
    return Nd4j.create(all.data(), shape, strides, all.offset() + length * all.size(1), 'c');
  }

  private void requireRoom(TokenBatch tokens) {
    if (tokens.hasDocuments()) {
      throw new IllegalArgumentException(
          "a pass with a key-value cache must read one document a sequence, had documents");
    }
    if (tokens.sequences() != sequences) {
      throw new IllegalArgumentException(
          "a pass must have the %d sequences of its cache, had %d"
              .formatted(sequences, tokens.sequences()));
    }
    if (length + tokens.length() > capacity) {
      throw new IllegalArgumentException(
          "a sequence must have at most %d tokens (capacity of the cache), had %d"
              .formatted(capacity, length + tokens.length()));
    }
    if (length > 0 && tokens.length() > 1) {
      throw new IllegalArgumentException(
          "a pass must read 1 token a sequence once its cache holds some, read " + tokens.length());
    }
  }

  private INDArray zeros(long width) {
    return home.make(() -> kernels.zeros((long) sequences * capacity, width));
  }

  /** Which of the places are not to be attended to. */
  AttentionMask padding() {
    return AttentionMask.ofPadding(hidden);
  }

  /**
   * Keys and values of the memory for a cross-attention, computed by its first call.
   *
   * @return [memorySequences * memoryLength, 2d]
   */
  INDArray ofMemory(String layer, Memory memory, Function<Memory, INDArray> compute) {
    if (memoryTokens == null) {
      memoryTokens = memory.tokens();
    }
    return ofMemory.computeIfAbsent(layer, unused -> kept(compute.apply(memory)));
  }

  private INDArray kept(INDArray rows) {
    return home.make(() -> kernels.copy(rows));
  }

  AttentionMask memoryPadding() {
    return requireMemory().keyPadding();
  }

  int memorySequences() {
    return requireMemory().sequences();
  }

  int memoryLength() {
    return requireMemory().length();
  }

  private TokenBatch requireMemory() {
    if (memoryTokens == null) {
      throw new IllegalStateException("the cache holds no memory");
    }
    return memoryTokens;
  }

  /**
   * What a self-attention has read. The views are made once: from token to token only what they
   * show changes.
   *
   * @param all keys and values side by side [sequences * capacity, 2d]
   * @param keys view of its first columns
   * @param values view of the others
   */
  record KeysAndValues(INDArray all, INDArray keys, INDArray values) {
    private static KeysAndValues of(INDArray all) {
      long width = all.size(1) / 2;
      return new KeysAndValues(all, Columns.of(all, 0, width), Columns.of(all, width, width));
    }

    private KeysAndValues at(INDArray other) {
      return other == all ? this : of(other);
    }
  }
}
