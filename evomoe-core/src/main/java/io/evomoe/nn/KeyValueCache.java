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
 * Keys and values of the positions that a decoder has read, so each further token costs one row.
 * The first pass may read several tokens per sequence (the prompt); later passes read one. The
 * model calls {@link #advance} after each pass over all layers.
 *
 * <p>Attention runs over the whole capacity, and empty positions are hidden like padding. Shapes
 * therefore stay the same from token to token. The arrays are created in the current workspace, or
 * outside workspaces if there is none. Do not use the cache after that workspace was left.
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
   * Creates an empty cache.
   *
   * @param sequences number of sequences that are decoded together, at least 1
   * @param capacity maximum number of tokens per sequence, at least 1
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

  /** Returns the number of sequences that are decoded together. */
  public int sequences() {
    return sequences;
  }

  /** Returns the maximum number of tokens per sequence. */
  public int capacity() {
    return capacity;
  }

  /** Returns the current number of tokens of each sequence. */
  public int length() {
    return length;
  }

  /** Ends a pass that read {@code tokens} tokens per sequence. */
  public void advance(int tokens) {
    if (tokens < 1 || length + tokens > capacity) {
      throw new IllegalArgumentException(
          "tokens must be in 1..%d, was %d".formatted(capacity - length, tokens));
    }
    length += tokens;
  }

  /**
   * Makes sequence i continue from the content of sequence {@code order[i]}. The number of
   * sequences may change. Successive sequences with a common memory row keep sharing it if all such
   * runs are equally long.
   *
   * @param order indices of previous sequences, at least one
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
   * @param rows keys and values next to each other [sequences * tokens, 2d]; may be a column view
   * @return all keys and values so far
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

  /** Returns a view of the target of the pass's rows. */
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

  /** Returns the mask that hides empty and padded positions. */
  AttentionMask padding() {
    return AttentionMask.ofPadding(hidden);
  }

  /**
   * Returns keys and values of the memory for a cross-attention, computed by the first call.
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
   * The keys and values that a self-attention has read. The views are created once; only their
   * content changes from token to token.
   *
   * @param all keys and values next to each other [sequences * capacity, 2d]
   * @param keys view of its first columns
   * @param values view of its other columns
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
