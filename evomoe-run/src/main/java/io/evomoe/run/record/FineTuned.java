package io.evomoe.run.record;

import java.nio.file.Path;
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

  /** The trainings of a fine-tuning, in their order. */
  public enum TunedKind {
    /** From the initial weights of the run. */
    SCRATCH("scratch", "without pre-training"),
    /** From the trained weights of the run. */
    TUNED("finetune", "fine-tuned");

    private final String part;
    private final String title;

    TunedKind(String part, String title) {
      this.part = part;
      this.title = title;
    }

    /**
     * Returns the trainings of a fine-tuning.
     *
     * @param alone whether the baseline without pre-training is left out
     */
    public static List<TunedKind> all(boolean alone) {
      return alone ? List.of(TUNED) : List.of(values());
    }

    /** Returns the folder of the training's steps and checkpoints in that of the fine-tuning. */
    public Path folder(Path finetuning) {
      return this == SCRATCH ? finetuning.resolve(RunFiles.SCRATCH) : finetuning;
    }

    /** Returns the name in curves and log. */
    public String part() {
      return part;
    }

    /** Returns the name in the scores, for the user. */
    public String title() {
      return title;
    }
  }
}
