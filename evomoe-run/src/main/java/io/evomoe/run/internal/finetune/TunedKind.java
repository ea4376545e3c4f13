package io.evomoe.run.internal.finetune;

import io.evomoe.run.internal.folder.RunFolder;
import java.util.List;

/** The trainings of a fine-tuning, in their order. */
public enum TunedKind {
  /** From the weights that the run started with. */
  SCRATCH("scratch", "without pre-training", RunFolder.SCRATCH),
  /** From the weights that the run had come to. */
  TUNED("finetune", "fine-tuned", TunedFolder.CHECKPOINTS);

  private final String part;
  private final String title;
  private final String folder;

  TunedKind(String part, String title, String folder) {
    this.part = part;
    this.title = title;
    this.folder = folder;
  }

  /**
   * The trainings of a fine-tuning.
   *
   * @param alone whether no network without pre-training is set beside it
   */
  public static List<TunedKind> all(boolean alone) {
    return alone ? List.of(TUNED) : List.of(values());
  }

  /** Name in curves and log. */
  public String part() {
    return part;
  }

  /** Name in the scores, for people. */
  public String title() {
    return title;
  }

  /** Where its checkpoints are. */
  String folder() {
    return folder;
  }
}
