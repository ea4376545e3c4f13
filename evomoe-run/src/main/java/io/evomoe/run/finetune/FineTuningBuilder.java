package io.evomoe.run.finetune;

import io.evomoe.internal.files.OutputFolder;
import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.run.config.FineTuneSettings;
import io.evomoe.run.config.FineTuneSettingsBuilder;
import io.evomoe.run.internal.finetune.ClassSource;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.task.Tasks;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * Configures a fine-tuning. Defaults are those of the command line: {@link
 * FineTuneSettings#DEFAULT}, 5% of the texts for validation, and a baseline training without
 * pre-training.
 */
public final class FineTuningBuilder {
  private final Path run;
  private List<Path> data = List.of();
  private List<LabelledText> texts = List.of();
  private HeldOut split = HeldOut.DEFAULT;
  private DataForm form = DataForm.DEFAULT;
  private FineTuneSettings settings = FineTuneSettings.DEFAULT;
  private boolean alone;
  private Consumer<String> said = line -> {};

  FineTuningBuilder(Path run) {
    this.run = run;
  }

  /** Trains on the labelled texts of these files and folders, as {@link #data(List)}. */
  public FineTuningBuilder data(Path... sources) {
    return data(List.of(sources));
  }

  /**
   * Trains on the labelled texts of these files and folders, at least one. Files have records of
   * label and text, or lines of class TAB text. A folder with a split keeps its parts.
   *
   * @throws IllegalArgumentException if the list is empty
   */
  public FineTuningBuilder data(List<Path> sources) {
    if (sources.isEmpty()) {
      throw new IllegalArgumentException("data must be at least one file or folder, was none");
    }
    data = List.copyOf(sources);
    return this;
  }

  /**
   * Trains on these texts. The classifier is the same as from a file with these texts in this
   * order.
   *
   * @param examples of at least two classes
   * @throws IllegalArgumentException if the list is empty
   */
  public FineTuningBuilder texts(List<LabelledText> examples) {
    if (examples.isEmpty()) {
      throw new IllegalArgumentException("texts must be at least one, were none");
    }
    texts = List.copyOf(examples);
    return this;
  }

  /** Sets the rule that divides texts without a split of their own; default: 5% for validation. */
  public FineTuningBuilder split(HeldOut rule) {
    split = rule;
    return this;
  }

  /** Sets the format of the files; default: by file name extension, with fields label and text. */
  public FineTuningBuilder form(DataForm files) {
    form = files;
    return this;
  }

  /** Changes the training settings. */
  public FineTuningBuilder training(Consumer<FineTuneSettingsBuilder> changes) {
    settings = settings.with(changes);
    return this;
  }

  /** Sets all training settings. */
  public FineTuningBuilder training(FineTuneSettings all) {
    settings = all;
    return this;
  }

  /** Leaves out the baseline network without pre-training, which takes half of the time. */
  public FineTuningBuilder withoutBaseline() {
    alone = true;
    return this;
  }

  /** Reports the detected format of each file or folder, one line each. */
  public FineTuningBuilder said(Consumer<String> told) {
    said = told;
    return this;
  }

  /**
   * Reads the texts and locks the folder until the fine-tuning is closed. The folder stays empty
   * until training. If the folder has the same fine-tuning already, training continues there.
   *
   * @param folder new, empty, or with the same fine-tuning
   * @throws IllegalArgumentException if the folder has a run or another fine-tuning, the texts
   *     cannot be read, or they have fewer than two classes or too few texts for each part
   * @throws IllegalArgumentException if another process writes to the folder; the message names it
   */
  public FineTuning in(Path folder) {
    return in(OutputFolder.open(folder));
  }

  /**
   * Creates the fine-tuning in a folder that is open already and is closed with it; for the command
   * line.
   */
  public FineTuning in(OutputFolder output) {
    try {
      ClassSource source = source();
      RunCheckpoint checkpoint = RunCheckpoint.open(run, Tasks.ROBERTA, "finetune");
      return new FineTuning(output, checkpoint, settings, source, source.split(said), alone);
    } catch (RuntimeException e) {
      output.close();
      throw e;
    }
  }

  private ClassSource source() {
    if (data.isEmpty() == texts.isEmpty()) {
      throw new IllegalArgumentException(
          "a fine-tuning must have either data (files) or texts (a list), has "
              + (data.isEmpty() ? "neither" : "both"));
    }
    return data.isEmpty()
        ? new ClassSource(data, LabelledText.corpus(texts), split, DataForm.DEFAULT)
        : new ClassSource(data, null, split, form);
  }
}
