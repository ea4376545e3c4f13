package io.evomoe.run.record;

import java.util.List;
import java.util.Optional;

/**
 * The result of a fine-tuning.
 *
 * @param scores of the majority-class baseline, of the network without pre-training if it was
 *     trained, and of the fine-tuned one, as far as they were measured
 * @param measured the fine-tuned classifier on the test part, or on the validation part if there is
 *     no test part; empty if the fine-tuning was stopped early
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
   * Returns the fine-tuned classifier's evaluation, class by class.
   *
   * @throws IllegalStateException if it was stopped before its end
   */
  public ClassEvaluation evaluation() {
    return measured.orElseThrow(
        () ->
            new IllegalStateException(
                "the fine-tuning was stopped before its end, and nothing was measured: call train again"));
  }
}
