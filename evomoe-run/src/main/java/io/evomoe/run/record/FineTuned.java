package io.evomoe.run.record;

import java.util.List;
import java.util.Optional;

/**
 * What a fine-tuning gave.
 *
 * @param scores of the majority class, of the network without pre-training where it was trained,
 *     and of the fine-tuned one, as far as they were measured
 * @param measured the fine-tuned classifier on the test part, or where there is none on the
 *     validation part; empty of a fine-tuning that was stopped before its end
 */
public record FineTuned(List<ClassScores> scores, Optional<ClassEvaluation> measured) {

  /** Keeps the scores unmodifiable. */
  public FineTuned {
    scores = List.copyOf(scores);
  }

  /** Whether it was stopped before its end. */
  public boolean isInterrupted() {
    return measured.isEmpty();
  }

  /**
   * The fine-tuned classifier, class by class.
   *
   * @throws IllegalStateException if it was stopped before its end
   */
  public ClassEvaluation evaluation() {
    return measured.orElseThrow(
        () ->
            new IllegalStateException(
                "the fine-tuning was stopped before its end, and nothing was measured: train it on"));
  }
}
