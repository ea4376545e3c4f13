package io.evomoe.models.text;

import io.evomoe.nn.TokenBatch;
import io.evomoe.random.CounterRandom;
import io.evomoe.training.BatchSource;
import java.util.ArrayList;
import java.util.List;

/**
 * Next-token batches without padding: window w reads tokens {@code w L} to {@code w L + L - 1} of
 * the stream and has to name tokens {@code w L + 1} to {@code w L + L}. Every epoch visits every
 * window once, in an order of its own; a batch may reach from one epoch into the next. What is left
 * at the end of the stream and fills no window is not used.
 *
 * <p>A batch is a pure function of the stream, the length, the sequences, the seed and its index.
 */
public final class PackedBatches implements BatchSource<LanguageBatch> {
  private final TokenStream stream;
  private final int length;
  private final int sequences;
  private final long seed;
  private final int windows;
  private volatile Epoch epoch;

  /**
   * Batches over a stream.
   *
   * @param length tokens read per sequence (L), at least 1; the stream needs L + 1
   * @param sequences per batch, at least 1
   * @param seed of the order of windows
   */
  public PackedBatches(TokenStream stream, int length, int sequences, long seed) {
    requirePositive("length", length);
    requirePositive("sequences", sequences);
    if ((long) sequences * length > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "sequences times length must be at most %d tokens, was %d times %d"
              .formatted(Integer.MAX_VALUE, sequences, length));
    }
    if (stream.size() - 1 < length) {
      throw new IllegalArgumentException(
          "%s must have at least %d tokens for one sequence of %d and its targets, has %d"
              .formatted(stream.name(), length + 1L, length, stream.size()));
    }
    this.stream = stream;
    this.length = length;
    this.sequences = sequences;
    this.seed = seed;
    this.windows = (stream.size() - 1) / length;
    this.epoch = new Epoch(0, order(0));
  }

  /** Number of windows, which are the sequences of an epoch. */
  public int windows() {
    return windows;
  }

  @Override
  public LanguageBatch batch(long index) {
    if (index < 0) {
      throw new IllegalArgumentException("batch index must be at least 0, was " + index);
    }
    int[] chosen = new int[sequences];
    long first = Math.multiplyExact(index, (long) sequences);
    for (int i = 0; i < sequences; i++) {
      chosen[i] = epoch((first + i) / windows).order[(int) ((first + i) % windows)];
    }
    return gather(chosen);
  }

  /**
   * The first windows in the order of the stream, the same at every call: for the held-out loss.
   *
   * @param maxBatches at most so many batches, at least 1; the last may have fewer sequences
   */
  public List<LanguageBatch> evaluationBatches(int maxBatches) {
    requirePositive("evaluation batches", maxBatches);
    long wanted = Math.min(windows, (long) maxBatches * sequences);
    List<LanguageBatch> batches = new ArrayList<>();
    for (long window = 0; window < wanted; window += sequences) {
      int[] chosen = new int[(int) Math.min(sequences, wanted - window)];
      for (int i = 0; i < chosen.length; i++) {
        chosen[i] = (int) window + i;
      }
      batches.add(gather(chosen));
    }
    return List.copyOf(batches);
  }

  private LanguageBatch gather(int[] chosen) {
    int[] ids = new int[chosen.length * length];
    int[] targets = new int[ids.length];
    for (int i = 0; i < chosen.length; i++) {
      int start = chosen[i] * length;
      stream.copy(start, ids, i * length, length);
      stream.copy(start + 1, targets, i * length, length);
    }
    return new LanguageBatch(TokenBatch.of(length, ids), targets);
  }

  /** Remembers the order of the last epoch asked for, which is dear to make for a long stream. */
  private Epoch epoch(long number) {
    Epoch last = epoch;
    if (last.number != number) {
      last = new Epoch(number, order(number));
      epoch = last;
    }
    return last;
  }

  private int[] order(long number) {
    return new CounterRandom(CounterRandom.fold(seed, number)).permutation(windows);
  }

  private static void requirePositive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1, was " + value);
    }
  }

  private static final class Epoch {
    private final long number;
    private final int[] order;

    private Epoch(long number, int[] order) {
      this.number = number;
      this.order = order;
    }
  }
}
