package io.evomoe.models.text;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.random.CounterRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/**
 * Batches of the items of a corpus, for training by index and for evaluation. Every epoch visits
 * every item once, in its own order; a batch may cross epochs. A batch is a pure function of the
 * items, the size, the seed and its index.
 *
 * @param <B> a batch
 */
public abstract class CorpusBatches<B> {
  /** The epoch of items in a batch for evaluation. */
  protected static final long EVALUATION = -1;

  private final int items;
  private final int size;
  private final LastEpoch order;

  /**
   * Creates batches.
   *
   * @param items number of items, at least 1
   * @param size items per batch, at least 1
   * @param seed seed of the order
   */
  protected CorpusBatches(int items, int size, long seed) {
    FieldBound.atLeast("items", items, 1);
    FieldBound.atLeast("sequences", size, 1);
    this.items = items;
    this.size = size;
    this.order =
        new LastEpoch(
            epoch -> new CounterRandom(CounterRandom.fold(seed, epoch)).permutation(items));
  }

  /**
   * Returns batches of examples in memory.
   *
   * @param examples at least one
   * @param size examples per batch, at least 1
   * @param seed seed of the order
   * @param batch makes a batch of some examples
   */
  public static <E, B> CorpusBatches<B> of(
      List<E> examples, int size, long seed, Function<List<E>, B> batch) {
    List<E> all = List.copyOf(examples);
    return new CorpusBatches<>(all.size(), size, seed) {
      @Override
      protected B gather(int[] chosen, long[] epochs) {
        return batch.apply(Arrays.stream(chosen).mapToObj(all::get).toList());
      }
    };
  }

  /**
   * Returns the batch of some items.
   *
   * @param epochs epoch of each item, or {@link #EVALUATION}
   */
  protected abstract B gather(int[] chosen, long[] epochs);

  /**
   * Returns the number of batches of an epoch, a fraction if the last one has items of the next.
   */
  public final double batchesPerEpoch() {
    return (double) items / size;
  }

  /** Returns the number of items, which are those of an epoch. */
  public final int size() {
    return items;
  }

  /**
   * Returns training batch number {@code index}, from 0. The batches are endless; after the last
   * one a new epoch starts.
   */
  public final B batch(long index) {
    FieldBound.atLeast("batch index", index, 0);
    long first = Math.multiplyExact(index, (long) size);
    long[] epochs = new long[size];
    Arrays.setAll(epochs, i -> (first + i) / items);
    return weighted(gather(chosen(index), epochs), index);
  }

  /** Returns the items of a training batch. */
  protected final int[] chosen(long index) {
    long first = Math.multiplyExact(index, (long) size);
    int[] chosen = new int[size];
    for (int i = 0; i < size; i++) {
      chosen[i] = order.of((first + i) / items)[(int) ((first + i) % items)];
    }
    return chosen;
  }

  /** Returns a training batch with its weight in its step; by default all count alike. */
  protected B weighted(B batch, long index) {
    return batch;
  }

  /**
   * Returns the batches for the validation loss, the same at every call: the first items in their
   * own order. The last batch may have fewer items.
   *
   * @param maxBatches maximum number of batches, at least 1
   */
  public List<B> evaluationBatches(int maxBatches) {
    FieldBound.atLeast("evaluation batches", maxBatches, 1);
    long wanted = Math.min(items, (long) maxBatches * size);
    List<B> batches = new ArrayList<>();
    for (long item = 0; item < wanted; item += size) {
      batches.add(evaluated(IntStream.range((int) item, (int) Math.min(item + size, wanted))));
    }
    return List.copyOf(batches);
  }

  /** Returns the batch of some items for evaluation. */
  protected final B evaluated(IntStream chosen) {
    int[] all = chosen.toArray();
    long[] epochs = new long[all.length];
    Arrays.fill(epochs, EVALUATION);
    return gather(all, epochs);
  }

  /** Returns the share of the corpus in {@link #evaluationBatches} for the same limit. */
  public final EvaluationShare evaluationShare(int maxBatches) {
    FieldBound.atLeast("evaluation batches", maxBatches, 1);
    int all = (items - 1) / size + 1;
    return new EvaluationShare(Math.min(maxBatches, all), all);
  }

  /**
   * The share of the validation set that a loss was measured on.
   *
   * @param batches measured batches, at least 1
   * @param all total number of batches
   */
  public record EvaluationShare(int batches, int all) {

    /** Returns a text such as {@code 8 of 44 batches}, or {@code all 3 batches}. */
    public String text() {
      String unit = all == 1 ? "batch" : "batches";
      return batches == all
          ? String.format(Locale.ROOT, "all %,d %s", all, unit)
          : String.format(Locale.ROOT, "%,d of %,d %s", batches, all, unit);
    }
  }

  /** Caches the order of the last epoch, which is expensive to make for many items. */
  protected static final class LastEpoch {
    private final LongFunction<int[]> order;
    private volatile Map.Entry<Long, int[]> last;

    /** Creates a cache of orders by the number of the epoch. */
    public LastEpoch(LongFunction<int[]> order) {
      this.order = order;
      this.last = Map.entry(0L, order.apply(0));
    }

    /** Returns the order of an epoch, which must not be changed. */
    public int[] of(long epoch) {
      Map.Entry<Long, int[]> cached = last;
      if (cached.getKey() != epoch) {
        cached = Map.entry(epoch, order.apply(epoch));
        last = cached;
      }
      return cached.getValue();
    }
  }
}
