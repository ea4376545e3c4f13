package io.evomoe.training;

/**
 * Batches as a pure function of their number, so a resumed run needs no saved reading position.
 *
 * @param <B> a batch
 */
@FunctionalInterface
public interface BatchSource<B> {

  /** Batch number {@code index}, from 0; training never runs out, it starts a new epoch. */
  B batch(long index);
}
