package io.evomoe.training;

import java.util.List;
import java.util.function.LongFunction;

/**
 * The training and validation batches.
 *
 * @param <B> a batch
 * @param training training batches by index, from 0: a pure function, so a resumed run needs no
 *     saved reading position. It is endless; after its last batch a new epoch starts
 * @param heldOut validation batches, which are never trained on; empty for no validation loss
 */
public record TrainingData<B>(LongFunction<B> training, List<B> heldOut) {

  /** Makes the validation batches unmodifiable. */
  public TrainingData {
    heldOut = List.copyOf(heldOut);
  }

  /**
   * Returns a copy without the first training batches, which an earlier training has used.
   *
   * @param batches number of batches to skip, at least 0
   */
  public TrainingData<B> after(long batches) {
    LongFunction<B> source = training;
    return batches == 0
        ? this
        : new TrainingData<>(index -> source.apply(batches + index), heldOut);
  }
}
