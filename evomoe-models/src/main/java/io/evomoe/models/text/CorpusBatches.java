package io.evomoe.models.text;

import io.evomoe.training.BatchSource;
import java.util.List;

/**
 * Batches of a corpus, for training by index and for evaluation.
 *
 * @param <B> a batch
 */
public interface CorpusBatches<B> extends BatchSource<B> {

  /**
   * Returns the batches for the validation loss, the same at every call.
   *
   * @param maxBatches maximum number of batches, at least 1
   */
  List<B> evaluationBatches(int maxBatches);

  /** Returns the share of the corpus in {@link #evaluationBatches} for the same limit. */
  EvaluationShare evaluationShare(int maxBatches);
}
