package io.evomoe.bench.compare;

import io.evomoe.internal.files.AtomicFile;
import io.evomoe.internal.files.FileTree;
import io.evomoe.internal.files.Fingerprint;
import io.evomoe.internal.files.IoReason;
import io.evomoe.internal.files.OutputFolder;
import io.evomoe.run.PreparedData;
import io.evomoe.run.Run;
import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.Json;
import io.evomoe.run.record.Outcome;
import io.evomoe.run.record.ResultFile;
import io.evomoe.run.record.RunFiles;
import io.evomoe.run.record.RunResult;
import io.evomoe.run.record.StepFile;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.checkpoint.Checkpoint;
import io.evomoe.training.checkpoint.CheckpointFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One run of a comparison in a folder of its own, {@code runs/NAME}: the folder of a run as {@code
 * train} leaves it until {@link #dropModel}, and {@code finished.json} when it is over. What is
 * found there counts only if it was made with the same configuration, data, vocabulary, kernels and
 * version.
 */
public final class ComparedRun {
  private final RunConfig config;
  private final List<Path> data;
  private final Path folder;
  private final String fingerprint;

  /**
   * A run of a comparison.
   *
   * @param comparison folder of the whole comparison, which holds the tokenizer
   * @param data files and folders that the run trains on
   * @param content digest of the data, from before its text was read
   */
  public ComparedRun(Path comparison, RunConfig config, List<Path> data, String content) {
    this(comparison, config.gate() + "-" + config.seed(), config, data, content);
  }

  /**
   * A run of a study, in which several runs have the same gate and seed.
   *
   * @param name of the run, and of its folder
   * @param content digest of the data, and whatever else must be the same
   */
  public ComparedRun(
      Path comparison, String name, RunConfig config, List<Path> data, String content) {
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
  }

  /** Its folder, which may not be there yet. */
  public Path folder() {
    return folder;
  }

  /** The configuration. */
  public RunConfig config() {
    return config;
  }

  /** The run, if it was finished before. */
  public Optional<FinishedRun> finished() {
    return FinishedRun.read(finishedFile()).filter(run -> run.fingerprint().equals(fingerprint));
  }

  /**
   * Where to go on, if the run was interrupted: the newest checkpoint that is whole and whose log
   * of steps is.
   */
  public Optional<Checkpoint> interrupted() {
    return CheckpointFolder.openNewestWhole(checkpoints())
        .filter(saved -> fingerprint.equals(saved.config().get(Fingerprint.NOTE)))
        .filter(saved -> upTo(saved.progress().step()).steps().size() == saved.progress().step());
  }

  /** What was recorded up to a step; nothing of step 0. */
  public RecordedRun upTo(long step) {
    return StepFile.upTo(folder, config.runName(), step);
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
   * Rejects what {@link #open} would refuse, and leaves the run as it is.
   *
   * @throws IllegalArgumentException if somebody trains it on now, or has done so
   */
  public void requireOwn() {
    if (Files.isDirectory(folder)) {
      lock().close();
    }
  }

  /**
   * Opens the run to train it. All that is there of a run that cannot be continued is deleted, so
   * that nothing is taken for this one's.
   *
   * @param checkpoint where to go on; null for a new run
   * @throws IllegalArgumentException if somebody trains it on now, or has done so
   */
  public Run<?> open(PreparedData prepared, @Nullable Checkpoint checkpoint) {
    OutputFolder output = lock();
    if (checkpoint == null) {
      try {
        delete(finishedFile());
        deleteModel();
      } catch (RuntimeException e) {
        output.close();
        throw e;
      }
      return Run.of(config, data).prepared(prepared).note(Fingerprint.NOTE, fingerprint).in(output);
    }
    try (output) {
      return Run.opening(checkpoint.location())
          .prepared(prepared)
          .note(Fingerprint.NOTE, fingerprint)
          .output(output)
          .open();
    }
  }

  /** Keeps what came of it, and its model until that is dropped. */
  public void finish(Outcome outcome) {
    new FinishedRun(fingerprint, outcome.result(), outcome.recorded()).write(finishedFile());
  }

  /** Whether there is a model that commands can use. */
  public boolean hasModel() {
    return RunFiles.isRun(folder) && CheckpointFolder.latest(checkpoints()).isPresent();
  }

  /** Why a finished run has no model, and what makes it again. */
  public String missingModel() {
    return "%s is finished and its model was not kept; delete %s to train it again"
        .formatted(folder, finishedFile());
  }

  /** Deletes the model of a finished run, if no one has trained it on; what came of it stays. */
  public void dropModel() {
    if (!hasModel()) {
      return;
    }
    try (OutputFolder ignored = OutputFolder.open(folder)) {
      if (hasOwnModel()) {
        deleteModel();
      }
    }
  }

  /** Whether the newest checkpoint that is whole is one of a comparison. */
  private boolean hasOwnModel() {
    return CheckpointFolder.openNewestWhole(checkpoints())
        .map(saved -> saved.config().containsKey(Fingerprint.NOTE))
        .orElse(true);
  }

  private void deleteModel() {
    Stream.of(
            RunFiles.CONFIG,
            RunFiles.CHECKPOINTS,
            RunFiles.TOKENIZER,
            CurveFile.NAME,
            ResultFile.NAME)
        .map(folder::resolve)
        .forEach(ComparedRun::delete);
  }

  private static void delete(Path file) {
    try {
      FileTree.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + file + ": " + IoReason.of(e, file), e);
    }
  }

  private Path finishedFile() {
    return folder.resolve(RunFiles.FINISHED);
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
  public record FinishedRun(String fingerprint, RunResult result, RecordedRun recorded) {

    /**
     * Writes the file; a reader sees either the old one or the whole new one.
     *
     * @throws IllegalArgumentException if the folder cannot be created or written
     */
    public void write(Path file) {
      AtomicFile.write(file, Json.line(this) + "\n");
    }

    /**
     * Reads a file back.
     *
     * @return empty where there is none
     * @throws IllegalArgumentException if it holds something else
     */
    public static Optional<FinishedRun> read(Path file) {
      if (!Files.exists(file)) {
        return Optional.empty();
      }
      String text = Json.content(file.toString(), file);
      return Optional.of(Json.read(text, FinishedRun.class, file + " is not a finished run"));
    }
  }
}
