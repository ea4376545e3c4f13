package io.evomoe.bench.cli;

import io.evomoe.internal.files.AtomicFile;
import io.evomoe.internal.files.FileTree;
import io.evomoe.internal.files.Fingerprint;
import io.evomoe.internal.files.OutputFolder;
import io.evomoe.run.PreparedData;
import io.evomoe.run.Run;
import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.Json;
import io.evomoe.run.record.RunFiles;
import io.evomoe.run.record.RunResult;
import io.evomoe.run.record.RunResult.Outcome;
import io.evomoe.run.record.StepFile;
import io.evomoe.training.Callback;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.checkpoint.Checkpoint;
import io.evomoe.training.checkpoint.CheckpointFolder;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One run of a comparison or a study in a folder of its own, {@code runs/NAME}: the folder of a run
 * as {@code train} leaves it until {@link #dropModel}, and {@code finished.json} when it is over.
 * Files found there count only if they were made with the same configuration, data, vocabulary,
 * kernels and version.
 */
final class ComparedRun {
  private final RunConfig config;
  private final List<Path> data;
  private final Path folder;
  private final String fingerprint;
  private @Nullable FinishedRun finished;

  /** Where to resume; null for a run that is finished or was not begun. */
  private final @Nullable Checkpoint checkpoint;

  /**
   * A run with all that its folder has of it.
   *
   * @param comparison folder of the whole comparison, which holds the tokenizer
   * @param name of the run, and of its folder
   * @param data files and folders that the run trains on
   * @param content digest of the data, from before its text was read, and of all else that must be
   *     the same
   */
  ComparedRun(Path comparison, String name, RunConfig config, List<Path> data, String content) {
    this.config = config;
    this.data = List.copyOf(data);
    Path runs = FileTree.requireNoLink(comparison.resolve(RunFiles.RUNS));
    this.folder = FileTree.requireNoLink(runs.resolve(name));
    this.fingerprint =
        Fingerprint.of(
            ConfigFile.text(config),
            config.kernels().name(),
            Fingerprint.ofContent(comparison.resolve(RunFiles.TOKENIZER)),
            content);
    this.finished =
        FinishedRun.read(folder.resolve(RunFiles.FINISHED))
            .filter(run -> run.fingerprint().equals(fingerprint))
            .orElse(null);
    this.checkpoint = finished == null ? interrupted().orElse(null) : null;
  }

  /** Returns the newest complete checkpoint, if the log of steps is complete as well. */
  private Optional<Checkpoint> interrupted() {
    return CheckpointFolder.openNewestWhole(checkpoints())
        .filter(saved -> fingerprint.equals(saved.config().get(Fingerprint.NOTE)))
        .filter(saved -> upTo(saved.progress().step()).steps().size() == saved.progress().step());
  }

  private RecordedRun upTo(long step) {
    return StepFile.upTo(folder, config.runName(), step);
  }

  /** Its folder, which may not be there yet. */
  Path folder() {
    return folder;
  }

  /** The configuration. */
  RunConfig config() {
    return config;
  }

  /** Whether it is over, now or since an earlier call. */
  boolean isFinished() {
    return finished != null;
  }

  /** Returns the validation loss of the model that stays; NaN if the run is not finished. */
  double validLoss() {
    if (finished == null) {
      return Double.NaN;
    }
    RunResult result = finished.result();
    boolean best = config.training().keepBest() && !Double.isNaN(result.bestValidLoss());
    return best ? result.bestValidLoss() : result.validLoss();
  }

  /** Returns the steps of a finished run, or those before the step at which it resumes. */
  RecordedRun earlier() {
    return finished == null
        ? upTo(checkpoint == null ? 0 : checkpoint.progress().step())
        : finished.recorded();
  }

  private OutputFolder lock() {
    OutputFolder output = OutputFolder.open(folder);
    if (hasModel() && !hasOwnModel()) {
      output.close();
      throw new IllegalArgumentException(
          folder + " has a run that was trained further: name another folder");
    }
    return output;
  }

  /**
   * Rejects a run that {@link #train} would reject, and leaves it as it is.
   *
   * @throws IllegalArgumentException if another process trains it, or it was trained further
   */
  void requireOwn() {
    if (finished == null && Files.isDirectory(folder)) {
      lock().close();
    }
  }

  /**
   * Returns a finished run as it is. Trains the missing steps otherwise, to the end or until it is
   * stopped and saved. Files of a run that cannot be resumed are deleted first.
   *
   * @param name for people
   * @param told of every step, which is in the log in the run's folder before
   * @throws IllegalArgumentException if another process trains it, or it was trained further
   */
  Outcome train(String name, PreparedData prepared, PrintStream console, Callback... told) {
    if (finished != null) {
      console.printf("%s: already finished%n", name);
      return new Outcome(finished.result(), finished.recorded());
    }
    Description.printModel(console, prepared.data(), config);
    try (OutputFolder output = lock();
        Run<?> run = open(prepared, output)) {
      Outcome outcome = run.train(told);
      if (outcome.result().isInterrupted()) {
        console.printf("%s: saved after step %d%n", name, outcome.result().steps());
      } else {
        finish(outcome);
      }
      return outcome;
    }
  }

  private Run<?> open(PreparedData prepared, OutputFolder output) {
    if (checkpoint != null) {
      return Run.opening(checkpoint.location())
          .prepared(prepared)
          .note(Fingerprint.NOTE, fingerprint)
          .output(output)
          .open();
    }
    RunFiles.delete(folder.resolve(RunFiles.FINISHED));
    deleteModel();
    return Run.of(config, data)
        .prepared(prepared)
        .note(Fingerprint.NOTE, fingerprint)
        .in(output.shared());
  }

  /** Keeps the result and the curves, and the model until that is dropped. */
  void finish(Outcome outcome) {
    finished = new FinishedRun(fingerprint, outcome.result(), outcome.recorded());
    finished.write(folder.resolve(RunFiles.FINISHED));
  }

  /** Whether there is a model that commands can use. */
  boolean hasModel() {
    return RunFiles.isRun(folder) && CheckpointFolder.latest(checkpoints()).isPresent();
  }

  /** Says why a finished run has no model, and how to make it again. */
  String missingModel() {
    return "%s is finished and its model was not kept; delete %s to train it again"
        .formatted(folder, folder.resolve(RunFiles.FINISHED));
  }

  /** Deletes the model of a finished run that was not trained further; its result stays. */
  void dropModel() {
    if (!hasModel()) {
      return;
    }
    try (OutputFolder ignored = OutputFolder.open(folder)) {
      if (hasOwnModel()) {
        deleteModel();
      }
    }
  }

  /** Whether the newest complete checkpoint is one of a comparison. */
  private boolean hasOwnModel() {
    return CheckpointFolder.openNewestWhole(checkpoints())
        .map(saved -> saved.config().containsKey(Fingerprint.NOTE))
        .orElse(true);
  }

  private void deleteModel() {
    RunFiles.delete(folder.resolve(RunFiles.CONFIG));
    RunFiles.deleteFolder(checkpoints());
    RunFiles.deleteFolder(folder.resolve(RunFiles.TOKENIZER));
    Stream.of(CurveFile.NAME, RunResult.FILE)
        .forEach(name -> RunFiles.delete(folder.resolve(name)));
  }

  private Path checkpoints() {
    return folder.resolve(RunFiles.CHECKPOINTS);
  }

  /**
   * All that a comparison needs of a run that is over, as one file keeps it.
   *
   * @param fingerprint of everything that the run's result depends on
   * @param result for the table and result.json
   * @param recorded its curves
   */
  record FinishedRun(String fingerprint, RunResult result, RecordedRun recorded) {

    /** Writes the file; a reader sees either the old one or the whole new one. */
    void write(Path file) {
      AtomicFile.write(file, Json.line(this) + "\n");
    }

    /**
     * Reads a file back.
     *
     * @return empty where there is none
     * @throws IllegalArgumentException if it holds something else
     */
    static Optional<FinishedRun> read(Path file) {
      if (!Files.exists(file)) {
        return Optional.empty();
      }
      String text = Json.content(file.toString(), file);
      return Optional.of(Json.read(text, FinishedRun.class, file + " is not a finished run"));
    }
  }
}
