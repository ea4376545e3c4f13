package io.evomoe.training;

import java.util.List;

/**
 * What to train and to measure on.
 *
 * @param <B> a batch
 * @param training batches by number
 * @param heldOut batches that are never trained on; empty for no held-out loss
 */
public record TrainingData<B>(BatchSource<B> training, List<B> heldOut) {

  /** Keeps the held-out batches unmodifiable. */
  public TrainingData {
    heldOut = List.copyOf(heldOut);
  }

  /**
   * The same, but for the first batches of the training side, which were trained on before.
   *
   * @param batches as many, at least 0
   */
  public TrainingData<B> after(long batches) {
    BatchSource<B> source = training;
    return batches == 0
        ? this
        : new TrainingData<>(index -> source.batch(batches + index), heldOut);
  }
}
