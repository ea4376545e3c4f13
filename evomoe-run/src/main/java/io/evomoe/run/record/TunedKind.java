package io.evomoe.run.record;

import java.nio.file.Path;
import java.util.List;

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
