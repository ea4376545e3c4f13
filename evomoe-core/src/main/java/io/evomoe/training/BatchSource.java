package io.evomoe.training;

/**
 * Batches as a pure function of their index, so a resumed run needs no saved reading position.
 *
 * @param <B> a batch
 */
@FunctionalInterface
public interface BatchSource<B> {

  /**
   * Returns batch number {@code index}, from 0. The source is endless; after its last batch a new
   * epoch starts.
   */
  B batch(long index);
}
