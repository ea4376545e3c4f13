package io.evomoe.models.text;

import java.util.List;

/**
 * Batches of items. Every epoch visits every item once, in its own order; a batch may cross epochs.
 * A batch is a pure function of the items, the size, the seed and its index.
 *
 * @param <B> a batch
 */
public abstract class EpochBatches<B> implements CorpusBatches<B> {
  final EpochOrder order;
  final int size;

  /**
   * Creates batches.
   *
   * @param items number of items, at least 1
   * @param size items per batch, at least 1
   * @param seed seed of the order
   */
  protected EpochBatches(int items, int size, long seed) {
    this.size = EpochOrder.requirePositive("sequences", size);
    this.order = new EpochOrder(items, seed);
  }

  /** Returns the batch of some items. */
  protected abstract B of(int[] chosen);

  /** Returns the number of items, which are those of an epoch. */
  public final int size() {
    return order.items();
  }

  @Override
  public B batch(long index) {
    return of(order.batch(index, size));
  }

  /** Returns the first items in their own order. */
  @Override
  public List<B> evaluationBatches(int maxBatches) {
    return order.firstBatches(maxBatches, size).stream().map(this::of).toList();
  }

  @Override
  public final EvaluationShare evaluationShare(int maxBatches) {
    return EvaluationShare.of(maxBatches, order.batches(size));
  }
}
