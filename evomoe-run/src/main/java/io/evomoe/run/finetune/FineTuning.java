package io.evomoe.run.finetune;

import io.evomoe.internal.files.OutputFolder;
import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.RowCorpus;
import io.evomoe.models.text.Split;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.RecordKind;
import io.evomoe.nn.Lifetime;
import io.evomoe.run.TrainingJob;
import io.evomoe.run.config.FineTuneSettings;
import io.evomoe.run.config.FineTuneSettingsBuilder;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.internal.finetune.TunedFolder;
import io.evomoe.run.internal.finetune.TunedTrainings;
import io.evomoe.run.internal.folder.RunFolder;
import io.evomoe.run.internal.task.Corpora;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.record.FineTuned;
import io.evomoe.run.record.FineTuned.ClassEvaluation;
import io.evomoe.run.record.FineTuned.ClassScores;
import io.evomoe.run.record.FineTuned.TunedKind;
import io.evomoe.run.task.Tasks;
import io.evomoe.training.Callback;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The fine-tuning of a pre-trained RoBERTa for text classification, in a folder. Programs and the
 * command line use the same folders. {@link Classifier} opens the result.
 *
 * <pre>{@code
 * try (FineTuning tuning =
 *     FineTuning.of(Path.of("runs/masked"))
 *         .data(Path.of("classes.csv"))
 *         .training(t -> t.epochs(3).batch(32))
 *         .in(Path.of("runs/classes"))) {
 *   System.out.println(tuning.train().evaluation().accuracy());
 * }
 * }</pre>
 *
 * <p>Two networks are trained one after the other, each recorded as a {@linkplain
 * io.evomoe.training.RecordedRun.RunName#part part}. {@code scratch} is a baseline that starts from
 * the pre-trained run's initial weights. {@code finetune} starts from its trained weights and
 * becomes the classifier.
 *
 * <p>Thread-safe. One thread trains at a time: other calls of {@link #train} are rejected
 * meanwhile, and {@link #close()} waits.
 */
public final class FineTuning implements AutoCloseable {
  private static final String BUSY =
      "is being trained: ask it to stop with requestStop, and wait for train";

  private final OutputFolder output;
  private final RunCheckpoint run;
  private final FineTuneSettings settings;
  private final List<TunedKind> kinds;
  private final TunedFolder folder;
  private final TunedTrainings trainings;
  private final Lifetime lifetime;
  private volatile boolean stopRequested;
  private volatile @Nullable TrainingJob<?> training;
  private volatile List<ClassScores> scores = List.of();

  private FineTuning(Builder builder, Dataset data, OutputFolder output) {
    this.run = RunCheckpoint.open(builder.run);
    RunConfig network =
        run.config().trainingAll().with(c -> c.split(builder.split).data(builder.form));
    Split<RowCorpus> texts = Corpora.open(RecordKind.CLASS, data, network, builder.said);
    List<String> labels = texts.train().labels();
    if (labels.size() < 2) {
      throw new IllegalArgumentException(
          "%s must be of at least 2 classes, are all of %s"
              .formatted(texts.train().name(), labels.get(0)));
    }
    this.lifetime = new Lifetime("the fine-tuning in " + output.path(), "begin it again");
    this.output = output;
    this.settings = builder.settings;
    this.kinds = TunedKind.all(builder.alone);
    this.folder = new TunedFolder(output, run, network, settings, data, labels, builder.alone);
    this.trainings = new TunedTrainings(run, texts, settings);
  }

  /**
   * Fine-tunes a run.
   *
   * @param run folder of a run of task roberta, trained or imported, or one checkpoint in it; of a
   *     folder, the best checkpoint is used
   * @throws IllegalArgumentException if it is no folder of a run, or the run has another task
   */
  public static Builder of(Path run) {
    String task = RunFolder.open(run).config().task();
    if (!task.equals(Tasks.ROBERTA)) {
      throw new IllegalArgumentException(
          "%s is a run of task %s; finetune needs task roberta".formatted(run, task));
    }
    return new Builder(run);
  }

  /** Returns the folder. */
  public Path folder() {
    return folder.path();
  }

  /** Returns the configuration of the pre-trained run. */
  public RunConfig config() {
    return run.config();
  }

  /** Returns the classes, in the order of the network's outputs. */
  public List<String> labels() {
    return trainings.labels();
  }

  /** Returns the settings. */
  public FineTuneSettings settings() {
    return settings;
  }

  /** Returns the optimizer steps of each training. */
  public long steps() {
    return trainings.steps();
  }

  /** Returns the passes over the training texts up to a step. */
  public double epochs(long step) {
    return trainings.epochs(step);
  }

  /** Returns lines for the user: the number of texts in each part, in total and by class. */
  public String description() {
    return trainings.description();
  }

  /**
   * Returns the scores up to now: of the majority-class baseline, and of each network whose
   * training has ended. A callback that is told of the start of a training finds those before it.
   */
  public List<ClassScores> scores() {
    return scores;
  }

  /**
   * Trains until the end, {@link #requestStop()} or an interrupt of the thread. Each step is
   * written to the curve and the log. Checkpoints are written as configured and at the end of each
   * training, then the scores. After that the folder is complete and {@link Classifier} can open
   * it.
   *
   * <p>If a callback throws, the training is saved first; then the exception is rethrown. A stopped
   * or killed fine-tuning continues by the same call, in this object or another one.
   *
   * @param callbacks told of each training, whose name has {@code scratch} or {@code finetune} in
   *     place of the task
   * @return the result; if the fine-tuning is already finished, the stored scores, with the
   *     classifier's evaluation measured again
   * @throws IllegalStateException if it is being trained, was closed, or diverged
   */
  public FineTuned train(Callback... callbacks) {
    try (Lifetime.Call ignored = lifetime.alone(BUSY)) {
      return trainAlone(List.of(callbacks));
    }
  }

  private FineTuned trainAlone(List<Callback> callbacks) {
    stopRequested = false;
    try {
      Optional<List<ClassScores>> stored = folder.finished(steps());
      return stored.isPresent() ? measured(stored.get(), callbacks) : trained(callbacks);
    } finally {
      training = null;
    }
  }

  /** The classifier gives the same measurement again. */
  private FineTuned measured(List<ClassScores> stored, List<Callback> callbacks) {
    callbacks.forEach(callback -> callback.onNote("already finished"));
    scores = stored;
    return finished(train(TunedKind.TUNED, () -> {}, List.of()).flatMap(FineTuned::measured));
  }

  private FineTuned trained(List<Callback> callbacks) {
    scores = trainings.majority().scores();
    Optional<ClassEvaluation> last = Optional.empty();
    for (TunedKind kind : kinds) {
      Runnable begin = kind == kinds.get(0) ? folder::begin : () -> {};
      Optional<FineTuned> reached = train(kind, begin, callbacks);
      if (reached.isEmpty()) {
        return new FineTuned(scores, Optional.empty());
      }
      scores = Stream.concat(scores.stream(), reached.get().scores().stream()).toList();
      last = reached.get().measured();
    }
    return finished(last);
  }

  /** Runs {@code begin} once the training was accepted, before its first step. */
  private Optional<FineTuned> train(TunedKind kind, Runnable begin, List<Callback> callbacks) {
    return trainings.train(
        kind,
        folder.notes(),
        folder.open(kind),
        begun -> {
          begin.run();
          heedStop(begun);
        },
        callbacks);
  }

  private FineTuned finished(Optional<ClassEvaluation> measured) {
    measured.ifPresent(evaluation -> folder.finish(scores, evaluation));
    return new FineTuned(scores, measured);
  }

  private void heedStop(TrainingJob<?> begun) {
    training = begun;
    if (stopRequested) {
      begun.requestStop();
    }
  }

  /**
   * Makes {@link #train} save and return after the current step; from any thread. Without a
   * training it does nothing.
   */
  public void requestStop() {
    stopRequested = true;
    TrainingJob<?> running = training;
    if (running != null) {
      running.requestStop();
    }
  }

  /**
   * Releases memory and folder. Waits for a training in progress; call {@link #requestStop()} first
   * to end it.
   *
   * @throws IllegalStateException if called from a callback, or if the thread is interrupted while
   *     it waits; this stays open then
   */
  @Override
  public void close() {
    lifetime.close(output::close);
  }

  /**
   * Configures a fine-tuning. Defaults are those of the command line: {@link
   * FineTuneSettings#DEFAULT}, 5% of the texts for validation, and a baseline training without
   * pre-training.
   */
  public static final class Builder {
    private final Path run;
    private @Nullable Dataset data;
    private HeldOut split = HeldOut.DEFAULT;
    private DataForm form = DataForm.DEFAULT;
    private FineTuneSettings settings = FineTuneSettings.DEFAULT;
    private boolean alone;
    private Consumer<String> said = line -> {};

    Builder(Path run) {
      this.run = run;
    }

    /**
     * Trains on the labelled texts of these files and folders, at least one. Files have records of
     * label and text, or lines of class TAB text. A folder with a split keeps its parts.
     *
     * @throws IllegalArgumentException if there is none
     */
    public Builder data(Path... sources) {
      return data(Dataset.files(List.of(sources)));
    }

    /**
     * Trains on these rows of a label and a text, of at least two classes. White space around a
     * value is ignored, and line ends in a text become {@code \n}, so that the classifier is the
     * same as from a file with these texts in this order.
     */
    public Builder data(Dataset source) {
      data = source;
      return this;
    }

    /**
     * Sets the rule that divides texts without a split of their own; default: 5% for validation.
     */
    public Builder split(HeldOut rule) {
      split = rule;
      return this;
    }

    /**
     * Sets the format of the files; default: by file name extension, with fields label and text.
     */
    public Builder form(DataForm files) {
      form = files;
      return this;
    }

    /** Changes the training settings. */
    public Builder training(Consumer<FineTuneSettingsBuilder> changes) {
      settings = settings.with(changes);
      return this;
    }

    /** Sets all training settings. */
    public Builder training(FineTuneSettings all) {
      settings = all;
      return this;
    }

    /** Leaves out the baseline network without pre-training, which takes half of the time. */
    public Builder withoutBaseline() {
      alone = true;
      return this;
    }

    /** Reports the detected format of each file or folder, one line each. */
    public Builder said(Consumer<String> told) {
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
     * @throws IllegalArgumentException if another process writes to the folder; the message names
     *     it
     */
    public FineTuning in(Path folder) {
      return in(OutputFolder.open(folder));
    }

    /**
     * Creates the fine-tuning in a folder that is open already and is closed with it; for the
     * command line.
     */
    public FineTuning in(OutputFolder output) {
      try {
        Dataset source = data;
        if (source == null) {
          throw new IllegalArgumentException("a fine-tuning must have data, has none");
        }
        return new FineTuning(this, source, output);
      } catch (RuntimeException e) {
        output.close();
        throw e;
      }
    }
  }
}
