package io.evomoe.run.finetune;

import io.evomoe.internal.files.OutputFolder;
import io.evomoe.models.text.classes.ClassifiedSplit;
import io.evomoe.nn.Lifetime;
import io.evomoe.run.config.FineTuneSettings;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.internal.finetune.TunedFolder;
import io.evomoe.run.internal.finetune.TunedPart;
import io.evomoe.run.internal.finetune.TunedScores;
import io.evomoe.run.internal.finetune.TunedTexts;
import io.evomoe.run.internal.finetune.TunedTrainings;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.internal.task.Tasks;
import io.evomoe.run.record.ClassScores;
import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.CurveRow;
import io.evomoe.run.record.FineTuned;
import io.evomoe.run.record.RunWatcher;
import io.evomoe.training.Progress;
import io.evomoe.training.StepReport;
import io.evomoe.training.TrainingListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The fine-tuning of a pre-trained RoBERTa to name the classes of texts, in a folder, the same for
 * programs and for the command line: what one begins, the other goes on with, and a {@link
 * Classifier} opens.
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
 * io.evomoe.run.record.RunRecording#part part}: {@code scratch} from the weights that the run
 * started with, to compare with, and {@code finetune} from those that it had come to, of which the
 * classifier is.
 *
 * <p>Safe for use by several threads, one of which trains at a time: other calls of {@link
 * #train()} are rejected meanwhile, and {@link #close()} waits.
 */
public final class FineTuning implements AutoCloseable {
  private static final String BUSY =
      "is being trained: ask it to stop with requestStop, and wait for train";

  private final OutputFolder output;
  private final RunCheckpoint run;
  private final FineTuneSettings settings;
  private final TunedFolder folder;
  private final TunedTrainings trainings;
  private final Lifetime lifetime;
  private final List<RunWatcher> watchers = new CopyOnWriteArrayList<>();
  private volatile boolean inTraining;
  private volatile boolean stopRequested;
  private volatile @Nullable Runnable stopSteps;

  FineTuning(
      OutputFolder output,
      RunCheckpoint run,
      FineTuneSettings settings,
      TunedTexts source,
      ClassifiedSplit texts,
      boolean alone) {
    if (texts.labels().size() < 2) {
      throw new IllegalArgumentException(
          "%s must be of at least 2 classes, are all of %s"
              .formatted(texts.train().name(), texts.labels().name(0)));
    }
    this.lifetime = new Lifetime("the fine-tuning in " + output.path(), "begin it again");
    this.output = output;
    this.run = run;
    this.settings = settings;
    this.folder = new TunedFolder(output.path(), run, settings, source, texts.labels(), alone);
    this.trainings = new TunedTrainings(run, texts, settings);
  }

  /**
   * Fine-tunes a run.
   *
   * @param run folder of a run of task roberta, trained or imported, of which the newest checkpoint
   *     is taken, or one checkpoint in it
   * @throws IllegalArgumentException if it is no folder of a run, or one of another task
   */
  public static FineTuningBuilder of(Path run) {
    RunCheckpoint.requireTask(run, Tasks.ROBERTA, "finetune");
    return new FineTuningBuilder(run);
  }

  /** Its folder. */
  public Path folder() {
    return folder.path();
  }

  /** Configuration of the run that is fine-tuned. */
  public RunConfig config() {
    return run.config();
  }

  /** The classes, in the order of the network's outputs. */
  public List<String> labels() {
    return trainings.labels().names();
  }

  /** How it is trained. */
  public FineTuneSettings settings() {
    return settings;
  }

  /** Optimizer steps of each training. */
  public long steps() {
    return trainings.steps();
  }

  /** Lines for people: how many texts each side has, in all and of each class. */
  public String description() {
    return trainings.description();
  }

  /** Also tells this one of each step of both trainings that is recorded from now on. */
  public void watch(RunWatcher watcher) {
    watchers.add(watcher);
  }

  /** The same as {@link #train(FineTuningListener)}, telling nobody. */
  public FineTuned train() {
    return train(report -> {});
  }

  /**
   * Trains from where it is to the end, or until {@link #requestStop()} or an interrupt of the
   * thread. The folder has curve and log as each step ends, checkpoints as configured and at the
   * end of each training, and at last the scores; then it is a {@link Classifier}'s, complete in
   * itself.
   *
   * <p>Where listener or watcher throw, what was trained is saved before the exception is thrown
   * on. What was stopped or killed goes on by the same call, in this object or another one.
   *
   * @return what it gave; of one that has come to its end before, the same again
   * @throws IllegalStateException if it is trained now, was closed, or diverged
   */
  public FineTuned train(FineTuningListener listener) {
    try (Lifetime.Call ignored = lifetime.alone(BUSY)) {
      return trainAlone(listener);
    }
  }

  private FineTuned trainAlone(FineTuningListener listener) {
    Optional<FineTuned> before = folder.finished(steps(), trainings.measured());
    if (before.isPresent()) {
      listener.onNote("already finished");
      before.get().scores().forEach(listener::onScores);
      return before.get();
    }
    inTraining = true;
    try {
      listener.onStart(this);
      return trained(listener);
    } finally {
      inTraining = false;
      stopRequested = false;
      stopSteps = null;
      if (trainings.interrupted()) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private FineTuned trained(FineTuningListener listener) {
    List<TunedPart> parts = folder.parts();
    List<CurveRow> kept = parts.stream().flatMap(part -> part.earlier().stream()).toList();
    List<ClassScores> scores = new ArrayList<>(List.of(trainings.majority()));
    folder.begin(parts);
    listener.onScores(scores.get(0));
    Optional<TunedScores> last = Optional.empty();
    try (CurveFile curves = CurveFile.create(folder.path().resolve(CurveFile.NAME), kept)) {
      RunWatcher watcher = folder.logging(RunWatcher.all(watchers));
      TrainingListener told = TrainingListener.all(List.of(stopping(), listener));
      for (TunedPart part : parts) {
        last = Optional.empty();
        if (!stopRequested) {
          listener.onTraining(part.kind().part(), part.steps(), steps());
          last = trainings.train(part, curves, watcher, told);
        }
        if (last.isEmpty()) {
          return new FineTuned(scores, Optional.empty());
        }
        scores.add(last.get().scores());
        listener.onScores(last.get().scores());
      }
    }
    last.ifPresent(measured -> folder.finish(scores, measured.evaluation()));
    return new FineTuned(scores, last.map(TunedScores::evaluation));
  }

  /** Hands a request to stop to the training that goes. */
  private TrainingListener stopping() {
    return new TrainingListener() {
      @Override
      public void onStart(Progress from, Runnable requestStop) {
        stopSteps = requestStop;
        if (stopRequested) {
          requestStop.run();
        }
      }

      @Override
      public void onStep(StepReport report) {}
    };
  }

  /**
   * Lets {@link #train} save and return after the step it is in; from any thread. A request while
   * nothing is trained is none.
   */
  public void requestStop() {
    stopRequested = inTraining;
    Runnable stop = stopSteps;
    if (stop != null) {
      stop.run();
    }
  }

  /**
   * Gives back memory, tokenizer and folder. Waits for a training in progress: call {@link
   * #requestStop()} first to end it.
   *
   * @throws IllegalStateException from inside the training, such as in a listener, or if the thread
   *     is interrupted while it waits, which leaves this open
   */
  @Override
  public void close() {
    lifetime.close(
        () -> {
          run.close();
          output.close();
        });
  }
}
