package io.evomoe.nn;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.AttentionMask;
import io.evomoe.kernel.Kernels;
import io.evomoe.nn.CrossAttention.Memory;
import io.evomoe.nn.Output.Pullback;
import io.evomoe.nn.internal.Workspaces.OuterWorkspace;
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
 * <p>Attention gets the whole capacity, with empty positions hidden like padding. Shapes therefore
 * stay the same from token to token, and kernels may leave out what is hidden. The arrays are
 * created in the current workspace, or outside workspaces if there is none. Do not use the cache
 * after that workspace was left.
 *
 * <p>A {@link #joint} cache holds sequences of different lengths, which join and leave between
 * passes. Each pass reads one token of each, and has padding after them where {@link
 * Kernels#filled} asks for it. So kernels compute a row to the same bits, whatever else is in the
 * cache.
 */
public final class KeyValueCache implements AutoCloseable {
  /** The pullback of a pass with a cache; it throws an exception. */
  public static final Pullback NO_BACKWARD =
      gradient -> {
        throw new IllegalStateException("a pass with a key-value cache has no backward pass");
      };

  private static final long MOST_ELEMENTS = Integer.MAX_VALUE / Float.BYTES;

  private final OuterWorkspace home = new OuterWorkspace();
  private final int capacity;
  private final Kernels kernels;
  private final boolean joint;
  private final Map<String, KeysAndValues> own = new HashMap<>();
  private final Map<String, INDArray> ofMemory = new HashMap<>();
  private int sequences;
  private int room;
  private int[] lengths;
  private boolean[] hidden;
  private @Nullable TokenBatch memoryTokens;

  /**
   * Creates an empty cache.
   *
   * @param sequences number of sequences that are decoded together, at least 1
   * @param capacity maximum number of tokens per sequence, at least 1
   */
  public KeyValueCache(int sequences, int capacity, Kernels kernels) {
    this(sequences, sequences, capacity, kernels);
  }

  private KeyValueCache(int sequences, int room, int capacity, Kernels kernels) {
    if (room < 1 || capacity < 1) {
      throw new IllegalArgumentException(
          "sequences and capacity must be at least 1, were %d and %d"
              .formatted(sequences, capacity));
    }
    this.joint = sequences == 0;
    this.sequences = sequences;
    this.room = room;
    this.capacity = capacity;
    this.kernels = kernels;
    this.lengths = new int[room];
    this.hidden = new boolean[room * capacity];
    Arrays.fill(hidden, true);
  }

  /**
   * Creates a joint cache without sequences.
   *
   * @param capacity maximum number of tokens per sequence, at least 1
   */
  public static KeyValueCache joint(int capacity, Kernels kernels) {
    return new KeyValueCache(0, 1, capacity, kernels);
  }

  /** Returns the number of sequences that are decoded together. */
  public int sequences() {
    return sequences;
  }

  /** Returns the maximum number of tokens per sequence. */
  public int capacity() {
    return capacity;
  }

  /** Returns the current number of tokens of the longest sequence. */
  public int length() {
    return Arrays.stream(lengths, 0, sequences).max().orElse(0);
  }

  /** Returns the current number of tokens of a sequence; 0 for padding after the sequences. */
  int length(int sequence) {
    return sequence < sequences ? lengths[sequence] : 0;
  }

  boolean isJoint() {
    return joint;
  }

  /** Ends a pass that read {@code tokens} tokens per sequence. */
  public void advance(int tokens) {
    if (tokens < 1 || length() + tokens > capacity) {
      throw new IllegalArgumentException(
          "tokens must be in 1..%d, was %d".formatted(capacity - length(), tokens));
    }
    for (int i = 0; i < sequences; i++) {
      lengths[i] += tokens;
    }
  }

  /**
   * Adds a copy of a sequence to this joint cache, as its last one.
   *
   * @param other a cache of one sequence, of at most this one's capacity
   */
  public void join(KeyValueCache other) {
    if (!joint || other.sequences != 1 || other.length() > capacity) {
      throw new IllegalArgumentException(
          "a joint cache of capacity %d must be joined by 1 sequence of at most that length, had %d of %d"
              .formatted(capacity, other.sequences, other.length()));
    }
    if (sequences == room) {
      grow();
    }
    int length = other.length();
    other.own.forEach(
        (layer, from) -> {
          INDArray all = of(layer, from.all.size(1)).all;
          kernels.copyInto(part(from.all, 0, length), part(all, first(sequences), length));
        });
    System.arraycopy(other.hidden, 0, hidden, sequences * capacity, length);
    lengths[sequences] = length;
    sequences++;
    own.replaceAll((layer, held) -> held.first(first(sequences)));
  }

  private void grow() {
    int before = room;
    room = Math.multiplyExact(2, room);
    own.replaceAll(
        (layer, held) -> {
          INDArray wider = zeros(held.all.size(1));
          kernels.copyInto(held.all, part(wider, 0, first(before)));
          held.close();
          return KeysAndValues.of(wider);
        });
    lengths = Arrays.copyOf(lengths, room);
    hidden = Arrays.copyOf(hidden, room * capacity);
    Arrays.fill(hidden, before * capacity, hidden.length, true);
  }

  /** Returns whether room for another sequence would take an array of a layer beyond 2 GiB. */
  public boolean isFull() {
    return joint
        && sequences == room
        && own.values().stream().anyMatch(held -> 2 * held.all.length() > MOST_ELEMENTS);
  }

  /** Removes a sequence from this joint cache. The last sequence takes its place. */
  public void leave(int sequence) {
    int last = sequences - 1;
    if (!joint || sequence < 0 || sequence > last) {
      throw new IllegalArgumentException(
          "sequence must be in 0..%d of a joint cache, was %d".formatted(last, sequence));
    }
    int kept = lengths[last];
    int longest = Math.max(kept, lengths[sequence]);
    for (KeysAndValues held : own.values()) {
      INDArray emptied = part(held.all, first(last), longest);
      if (sequence != last) {
        kernels.copyInto(emptied, part(held.all, first(sequence), longest));
      }
      kernels.clear(emptied);
    }
    System.arraycopy(hidden, last * capacity, hidden, sequence * capacity, capacity);
    Arrays.fill(hidden, last * capacity, (last + 1) * capacity, true);
    lengths[sequence] = kept;
    lengths[last] = 0;
    sequences = last;
    own.replaceAll((layer, held) -> held.first(first(Math.max(1, sequences))));
  }

  /** Returns the first row of a sequence of this joint cache. */
  private long first(int sequence) {
    return (long) sequence * capacity;
  }

  private static INDArray part(INDArray all, long first, long rows) {
    return view(all, rows, all.size(1), first * all.size(1));
  }

  /** Returns a view [n, width] of the columns from {@code first} of a matrix or of such a view. */
  static INDArray columns(INDArray matrix, long first, long width) {
    return view(matrix, matrix.size(0), width, first);
  }

  private static INDArray view(INDArray matrix, long rows, long width, long offset) {
    long[] strides = {matrix.stride(0), 1};
    long[] shape = {rows, width};
    return Nd4j.create(matrix.data(), shape, strides, matrix.offset() + offset, 'c');
  }

  /**
   * Makes sequence i continue from the content of sequence {@code order[i]}.
   *
   * @param order an index for each sequence; both must attend to the same row of the memory, if any
   */
  public void reorder(int[] order) {
    int share = memoryTokens == null ? sequences : sequences / memoryTokens.sequences();
    boolean fits = !joint && order.length == sequences;
    boolean same = fits;
    for (int i = 0; i < order.length && fits; i++) {
      fits = order[i] >= 0 && order[i] < sequences && order[i] / share == i / share;
      same &= order[i] == i;
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "order must have one of the %d sequences for each, with the same memory, was %s"
              .formatted(sequences, Arrays.toString(order)));
    }
    if (same) {
      return;
    }
    for (KeysAndValues held : own.values()) {
      INDArray all = held.all.reshape(sequences, capacity * held.all.size(1));
      kernels.copyInto(kernels.gatherRows(all, order), all);
    }
    boolean[] hiddenBefore = hidden.clone();
    int[] lengthsBefore = lengths.clone();
    for (int i = 0; i < sequences; i++) {
      System.arraycopy(hiddenBefore, order[i] * capacity, hidden, i * capacity, capacity);
      lengths[i] = lengthsBefore[order[i]];
    }
  }

  /**
   * Adds this pass's keys and values of a self-attention.
   *
   * @param rows keys and values next to each other [sequences * tokens, 2d]; may be a column view
   * @return all keys and values so far
   */
  KeysAndValues append(String layer, INDArray rows, TokenBatch tokens) {
    requireRoom(tokens);
    KeysAndValues held = of(layer, rows.size(1));
    INDArray read = kernels.copy(rowsOf(rows));
    int[] places = new int[(int) read.size(0)];
    for (int s = 0; s < places.length; s++) {
      int sequence = s / tokens.length();
      places[s] = sequence * capacity + lengths[sequence] + s % tokens.length();
      hidden[places[s]] = tokens.isPadding(s);
    }
    kernels.scatterRowsInto(read, places, new Accumulator(held.all, 1)); // zero until now
    return held;
  }

  private KeysAndValues of(String layer, long width) {
    return own.computeIfAbsent(layer, unused -> KeysAndValues.of(zeros(width)));
  }

  /** Returns a view of a pass's rows without the padding of a joint cache. */
  INDArray rowsOf(INDArray rows) {
    if (!joint || rows.size(0) == sequences) {
      return rows;
    }
    return view(rows, sequences, rows.size(1), 0);
  }

  /** Returns rows with the padding of a joint cache after them, which is zero. */
  INDArray padded(INDArray rows, TokenBatch tokens) {
    if (rows.size(0) == tokens.size()) {
      return rows;
    }
    INDArray all = kernels.zeros(tokens.size(), rows.size(1));
    kernels.copyInto(rows, rowsOf(all));
    return all;
  }

  private void requireRoom(TokenBatch tokens) {
    if (tokens.hasDocuments()) {
      throw new IllegalArgumentException(
          "a pass with a key-value cache must read one document a sequence, had documents");
    }
    int expected = joint ? kernels.filled(sequences) : sequences;
    if (tokens.sequences() != expected) {
      throw new IllegalArgumentException(
          "a pass must have the %d sequences of its cache, had %d"
              .formatted(expected, tokens.sequences()));
    }
    int length = length();
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
    return home.make(() -> kernels.zeros((long) room * capacity, width));
  }

  /** Returns the mask that hides empty and padded positions. */
  AttentionMask padding() {
    return AttentionMask.ofPadding(Arrays.copyOf(hidden, sequences * capacity));
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
    return ofMemory.computeIfAbsent(
        layer, unused -> home.make(() -> kernels.copy(compute.apply(memory))));
  }

  /** Frees the arrays, if they are outside workspaces. */
  @Override
  public void close() {
    own.values().forEach(KeysAndValues::close);
    own.clear();
  }

  /** Returns the tokens of the memory, after {@link #ofMemory}. */
  TokenBatch memory() {
    if (memoryTokens == null) {
      throw new IllegalStateException("the cache holds no memory");
    }
    return memoryTokens;
  }

  /**
   * The keys and values that a self-attention has read. The views are created once; only their
   * content changes from token to token.
   *
   * @param all keys and values next to each other [room * capacity, 2d]
   * @param keys view of its first columns
   * @param values view of its other columns
   */
  record KeysAndValues(INDArray all, INDArray keys, INDArray values) {
    private static KeysAndValues of(INDArray all) {
      return of(all, all);
    }

    private static KeysAndValues of(INDArray all, INDArray seen) {
      long width = all.size(1) / 2;
      return new KeysAndValues(all, columns(seen, 0, width), columns(seen, width, width));
    }

    private KeysAndValues first(long rows) {
      return of(all, part(all, 0, rows));
    }

    private void close() {
      if (all.closeable()) {
        all.close();
      }
    }
  }
}
