package io.evomoe.models.text;

import io.evomoe.training.BatchSource;
import java.util.List;

/**
 * Batches of a corpus: to train on by their number, and to measure on.
 *
 * @param <B> a batch
 */
public interface CorpusBatches<B> extends BatchSource<B> {

  /**
   * Batches for the held-out loss, the same at every call.
   *
   * @param maxBatches at most so many, at least 1
   */
  List<B> evaluationBatches(int maxBatches);

  /** How much of the corpus {@link #evaluationBatches} gives for the same limit. */
  EvaluationShare evaluationShare(int maxBatches);
}
