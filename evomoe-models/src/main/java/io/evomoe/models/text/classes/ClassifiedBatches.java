package io.evomoe.models.text.classes;

import io.evomoe.models.text.EpochOrder;
import io.evomoe.training.BatchSource;
import java.util.List;

/**
 * Batches of classified texts, each padded to its longest. Every epoch visits every text once, in
 * an order of its own; a batch may reach from one epoch into the next.
 *
 * <p>A batch is a pure function of the texts, the sequences, the seed and its index.
 */
public final class ClassifiedBatches implements BatchSource<ClassBatch> {
  private final ClassifiedTexts texts;
  private final int sequences;
  private final EpochOrder order;

  /**
   * Batches of texts.
   *
   * @param sequences per batch, at least 1
   * @param seed of the order
   */
  public ClassifiedBatches(ClassifiedTexts texts, int sequences, long seed) {
    this.texts = texts;
    this.sequences = EpochOrder.requirePositive("sequences", sequences);
    this.order = new EpochOrder(texts.size(), seed);
  }

  /** Number of texts, which are the sequences of an epoch. */
  public int size() {
    return texts.size();
  }

  @Override
  public ClassBatch batch(long index) {
    return texts.batch(order.batch(index, sequences));
  }

  /**
   * The first texts in the order of the corpus, the same at every call: for the held-out loss.
   *
   * @param maxBatches at most so many batches, at least 1; the last may have fewer texts
   */
  public List<ClassBatch> evaluationBatches(int maxBatches) {
    return order.firstBatches(maxBatches, sequences).stream().map(texts::batch).toList();
  }
}
