package io.evomoe.models.text;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Batches of examples in memory.
 *
 * @param <E> an example
 * @param <B> a batch
 */
public final class ExampleBatches<E, B> extends EpochBatches<B> {
  private final List<E> examples;
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
    super(examples.size(), size, seed);
    this.examples = List.copyOf(examples);
    this.batch = batch;
  }

  @Override
  protected B of(int[] chosen) {
    return batch.apply(Arrays.stream(chosen).mapToObj(examples::get).toList());
  }
}
