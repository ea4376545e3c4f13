package io.evomoe.bench.task;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What to measure a trained model on.
 *
 * @param data file or folder; null for the data of the run
 * @param batches at most so many batches for the loss, at least 1
 */
public record EvalRequest(@Nullable Path data, int batches) {

  /** Refuses fewer than one batch. */
  public EvalRequest {
    if (batches < 1) {
      throw new IllegalArgumentException("batches must be at least 1, was " + batches);
    }
  }
}
