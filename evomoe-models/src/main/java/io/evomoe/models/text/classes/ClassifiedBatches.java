package io.evomoe.models.text.classes;

import io.evomoe.models.text.EpochOrder;
import io.evomoe.training.BatchSource;
import java.util.List;

/**
 * Batches of classified texts, each padded to its longest. Every epoch visits every text once, in
 * its own order; a batch may cross epochs.
 *
 * <p>A batch is a pure function of the texts, the sequences, the seed and its index.
 */
public final class ClassifiedBatches implements BatchSource<ClassBatch> {
  private final ClassifiedTexts texts;
  private final int sequences;
  private final EpochOrder order;

  /**
   * Creates batches of texts.
   *
   * @param sequences per batch, at least 1
   * @param seed seed of the order
   */
  public ClassifiedBatches(ClassifiedTexts texts, int sequences, long seed) {
    this.texts = texts;
    this.sequences = EpochOrder.requirePositive("sequences", sequences);
    this.order = new EpochOrder(texts.size(), seed);
  }

  /** Returns the number of texts, which are the sequences of an epoch. */
  public int size() {
    return texts.size();
  }

  @Override
  public ClassBatch batch(long index) {
    return texts.batch(order.batch(index, sequences));
  }

  /**
   * Returns the first texts of the corpus for the validation loss, the same at every call.
   *
   * @param maxBatches maximum number of batches, at least 1; the last may have fewer texts
   */
  public List<ClassBatch> evaluationBatches(int maxBatches) {
    return order.firstBatches(maxBatches, sequences).stream().map(texts::batch).toList();
  }
}
