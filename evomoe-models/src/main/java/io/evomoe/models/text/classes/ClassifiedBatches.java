package io.evomoe.models.text.classes;

import io.evomoe.models.text.EpochBatches;

/** Batches of classified texts, each padded to its longest. */
public final class ClassifiedBatches extends EpochBatches<ClassBatch> {
  private final ClassifiedTexts texts;

  /**
   * Creates batches of texts.
   *
   * @param sequences per batch, at least 1
   * @param seed seed of the order
   */
  public ClassifiedBatches(ClassifiedTexts texts, int sequences, long seed) {
    super(texts.size(), sequences, seed);
    this.texts = texts;
  }

  @Override
  protected ClassBatch of(int[] chosen) {
    return texts.batch(chosen);
  }
}
