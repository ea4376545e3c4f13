package io.evomoe.run.finetune;

import io.evomoe.internal.files.OutputFolder;
import io.evomoe.models.text.Split;
import io.evomoe.models.text.classes.ClassifiedCorpus;
import io.evomoe.nn.Lifetime;
import io.evomoe.run.TrainingJob;
import io.evomoe.run.config.FineTuneSettings;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.internal.finetune.ClassSource;
import io.evomoe.run.internal.finetune.ClassTexts;
import io.evomoe.run.internal.finetune.TunedFolder;
import io.evomoe.run.internal.finetune.TunedTrainings;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.record.ClassEvaluation;
import io.evomoe.run.record.ClassScores;
import io.evomoe.run.record.FineTuned;
import io.evomoe.run.record.TunedKind;
import io.evomoe.run.task.Tasks;
import io.evomoe.training.Callback;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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
 * io.evomoe.training.RunName#part part}. {@code scratch} is a baseline that starts from the
 * pre-trained run's initial weights. {@code finetune} starts from its trained weights and becomes
 * the classifier.
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

  FineTuning(
      OutputFolder output,
      RunCheckpoint run,
      FineTuneSettings settings,
      ClassSource source,
      Split<ClassifiedCorpus> texts,
      boolean alone) {
    if (texts.train().labels().size() < 2) {
      throw new IllegalArgumentException(
          "%s must be of at least 2 classes, are all of %s"
              .formatted(texts.train().name(), texts.train().labels().name(0)));
    }
    this.lifetime = new Lifetime("the fine-tuning in " + output.path(), "begin it again");
    this.output = output;
    this.run = run;
    this.settings = settings;
    this.kinds = TunedKind.all(alone);
    this.folder = new TunedFolder(output, run, settings, source, texts.train().labels(), alone);
    this.trainings = new TunedTrainings(run, texts, settings);
  }

  /**
   * Fine-tunes a run.
   *
   * @param run folder of a run of task roberta, trained or imported, or one checkpoint in it; of a
   *     folder, the newest checkpoint is used
   * @throws IllegalArgumentException if it is no folder of a run, or the run has another task
   */
  public static FineTuningBuilder of(Path run) {
    RunCheckpoint.requireTask(run, Tasks.ROBERTA, "finetune");
    return new FineTuningBuilder(run);
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
    return trainings.texts().labels().names();
  }

  /** Returns the settings. */
  public FineTuneSettings settings() {
    return settings;
  }

  /** Returns the optimizer steps of each training. */
  public long steps() {
    return trainings.steps();
  }

  /** Returns lines for the user: the number of texts in each part, in total and by class. */
  public String description() {
    return trainings.texts().description();
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
   * <p>An {@link io.evomoe.training.EarlyStopping} ends each of the trainings. If a callback
   * throws, the training is saved first; then the exception is rethrown. A stopped or killed
   * fine-tuning continues by the same call, in this object or another one.
   *
   * @param callbacks told of each training, whose name has {@code scratch} or {@code finetune} in
   *     place of the task
   * @return the result; if the fine-tuning is already finished, the stored result
   * @throws IllegalStateException if it is being trained, was closed, or diverged
   */
  public FineTuned train(Callback... callbacks) {
    try (Lifetime.Call ignored = lifetime.alone(BUSY)) {
      return trainAlone(List.of(callbacks));
    }
  }

  private FineTuned trainAlone(List<Callback> callbacks) {
    Optional<FineTuned> before = folder.finished(steps(), trainings.texts().measured());
    if (before.isPresent()) {
      callbacks.forEach(callback -> callback.onNote("already finished"));
      scores = before.get().scores();
      return before.get();
    }
    stopRequested = false;
    try {
      return trained(callbacks);
    } finally {
      training = null;
    }
  }

  private FineTuned trained(List<Callback> callbacks) {
    scores = List.of(trainings.texts().majority());
    folder.begin();
    Optional<ClassEvaluation> last = Optional.empty();
    for (TunedKind kind : kinds) {
      Optional<ClassTexts.Scores> reached =
          trainings.train(kind, folder, this::heedStop, callbacks);
      if (reached.isEmpty()) {
        return new FineTuned(scores, Optional.empty());
      }
      scores = Stream.concat(scores.stream(), Stream.of(reached.get().scores())).toList();
      last = reached.map(ClassTexts.Scores::evaluation);
    }
    last.ifPresent(measured -> folder.finish(scores, measured));
    return new FineTuned(scores, last);
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
}
