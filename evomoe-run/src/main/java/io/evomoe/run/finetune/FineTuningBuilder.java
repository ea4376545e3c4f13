package io.evomoe.run.finetune;

import io.evomoe.internal.files.OutputFolder;
import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.run.config.FineTuneSettings;
import io.evomoe.run.internal.finetune.ClassSource;
import io.evomoe.run.internal.finetune.OwnTexts;
import io.evomoe.run.internal.finetune.TunedTexts;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.internal.task.Tasks;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * A fine-tuning that is going to begin. What is not said is as on the command line: {@link
 * FineTuneSettings#DEFAULT}, 5% of the texts held out, and the same network without pre-training
 * beside the fine-tuned one.
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

  /** Trains on the labelled texts of these files and folders; the same as the list. */
  public FineTuningBuilder data(Path... sources) {
    return data(List.of(sources));
  }

  /**
   * Trains on the labelled texts of these files and folders, at least one: records of label and
   * text, or lines of class TAB text. Of a folder that has a split, its parts are the sides.
   *
   * @throws IllegalArgumentException if there is none
   */
  public FineTuningBuilder data(List<Path> sources) {
    if (sources.isEmpty()) {
      throw new IllegalArgumentException("data must be at least one file or folder, was none");
    }
    data = List.copyOf(sources);
    return this;
  }

  /**
   * Trains on these texts. They give the same classifier as a file that has them in this order.
   *
   * @param examples of at least two classes
   * @throws IllegalArgumentException if there is none
   */
  public FineTuningBuilder texts(List<LabelledText> examples) {
    if (examples.isEmpty()) {
      throw new IllegalArgumentException("texts must be at least one, were none");
    }
    texts = List.copyOf(examples);
    return this;
  }

  /** How texts that have no split of their own are divided; 5% are held out by default. */
  public FineTuningBuilder split(HeldOut rule) {
    split = rule;
    return this;
  }

  /** How files are read; by the endings of their names by default, from fields label and text. */
  public FineTuningBuilder form(DataForm files) {
    form = files;
    return this;
  }

  /** Changes how it is trained. */
  public FineTuningBuilder training(Consumer<FineTuneSettings.Builder> changes) {
    settings = settings.with(changes);
    return this;
  }

  /** Leaves out the network without pre-training, which takes half of the time. */
  public FineTuningBuilder withoutBaseline() {
    alone = true;
    return this;
  }

  /** Tells, a line a file or folder, what it was taken for. */
  public FineTuningBuilder said(Consumer<String> told) {
    said = told;
    return this;
  }

  /**
   * Reads the texts; the folder is this fine-tuning's until it is closed, and stays empty until it
   * is trained. A folder in which the same fine-tuning was begun goes on where it was.
   *
   * @param folder new, empty, or with the same fine-tuning
   * @throws IllegalArgumentException if the folder holds a run or another fine-tuning, the texts
   *     cannot be read, or are of fewer than two classes, or too few for each side to have one
   * @throws IllegalArgumentException if somebody writes to the folder now; the message says who
   */
  public FineTuning in(Path folder) {
    return in(OutputFolder.open(folder, "a program"));
  }

  /** For the command line: in a folder that is open already, and is closed with this. */
  public FineTuning in(OutputFolder output) {
    try {
      TunedTexts source = source();
      RunCheckpoint checkpoint = RunCheckpoint.open(run, Tasks.ROBERTA, "finetune");
      try {
        return new FineTuning(output, checkpoint, settings, source, source.split(said), alone);
      } catch (RuntimeException e) {
        checkpoint.close();
        throw e;
      }
    } catch (RuntimeException e) {
      output.close();
      throw e;
    }
  }

  private TunedTexts source() {
    if (data.isEmpty() == texts.isEmpty()) {
      throw new IllegalArgumentException(
          "a fine-tuning must have either data (files) or texts (a list), has "
              + (data.isEmpty() ? "neither" : "both"));
    }
    return data.isEmpty()
        ? new OwnTexts(LabelledText.corpus(texts), split)
        : new ClassSource(data, split, form);
  }
}
