package io.evomoe.models.text;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Batches of examples in memory. Every epoch visits every example once, in its own order. A batch
 * is a pure function of the examples, the size, the seed and its index.
 *
 * @param <E> an example
 * @param <B> a batch
 */
public final class ExampleBatches<E, B> implements CorpusBatches<B> {
  private final List<E> examples;
  private final int size;
  private final EpochOrder order;
  private final Function<List<E>, B> batch;

  /**
   * Creates batches.
   *
   * @param examples at least one
   * @param size examples per batch, at least 1
   * @param seed seed of the order
   * @param batch makes a batch of some examples
   */
  public ExampleBatches(List<E> examples, int size, long seed, Function<List<E>, B> batch) {
    this.examples = List.copyOf(examples);
    this.size = EpochOrder.requirePositive("size", size);
    this.order = new EpochOrder(this.examples.size(), seed);
    this.batch = batch;
  }

  @Override
  public B batch(long index) {
    return of(order.batch(index, size));
  }

  private B of(int[] chosen) {
    return batch.apply(Arrays.stream(chosen).mapToObj(examples::get).toList());
  }

  @Override
  public List<B> evaluationBatches(int maxBatches) {
    return order.firstBatches(maxBatches, size).stream().map(this::of).toList();
  }

  @Override
  public EvaluationShare evaluationShare(int maxBatches) {
    return EvaluationShare.of(maxBatches, order.batches(size));
  }
}
