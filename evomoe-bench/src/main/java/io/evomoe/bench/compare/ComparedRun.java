package io.evomoe.bench.compare;

import io.evomoe.internal.files.AtomicFile;
import io.evomoe.internal.files.FileTree;
import io.evomoe.internal.files.Fingerprint;
import io.evomoe.internal.files.FolderDigest;
import io.evomoe.internal.files.IoReason;
import io.evomoe.internal.files.OutputFolder;
import io.evomoe.models.hub.TokenizerFiles;
import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.internal.folder.RunFolder;
import io.evomoe.run.internal.task.TaskTraining;
import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.Outcome;
import io.evomoe.run.record.ResultFile;
import io.evomoe.run.record.StepFile;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.checkpoint.Checkpoint;
import io.evomoe.training.checkpoint.CheckpointFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One run of a comparison in a folder of its own, {@code runs/NAME}: checkpoints while it is not
 * finished, and {@code finished.json} from then on. What is found there counts only if it was made
 * with the same configuration, data, vocabulary, kernels and version.
 *
 * <p>While it has checkpoints it is the folder of a run as {@code train} leaves it, so every
 * command that takes one takes this; it stays one until {@link #dropModel}.
 */
public final class ComparedRun {
  /** The file that says a run is over. */
  public static final String FINISHED = RunFolder.FINISHED;

  private static final String WHO = "evomoe compare";

  private final RunConfig config;
  private final List<Path> data;
  private final Path tokenizer;
  private final Path folder;
  private final String content;
  private final boolean inStudy;
  private final String fingerprint;

  /**
   * A run of a comparison.
   *
   * @param comparison folder of the whole comparison, which holds the tokenizer
   * @param data files and folders that the run trains on
   * @param content digest of the data, from before its text was read
   */
  public ComparedRun(Path comparison, RunConfig config, List<Path> data, String content) {
    this(comparison, config.gate() + "-" + config.seed(), config, data, content, null);
  }

  /**
   * A run of a study, in which several runs have the same gate and seed, and each has its curve in
   * its own folder from the beginning.
   *
   * @param comparison folder of the whole study, which holds the tokenizer
   * @param name of the run, and of its folder
   * @param data files and folders that the run trains on
   * @param content digest of the data, from before its text was read
   * @param revision of the study: what an earlier one has trained does not count; null of a
   *     comparison
   */
  public ComparedRun(
      Path comparison,
      String name,
      RunConfig config,
      List<Path> data,
      String content,
      @Nullable Integer revision) {
    this.config = config;
    this.data = List.copyOf(data);
    this.tokenizer = comparison.resolve(RunFolder.TOKENIZER);
    Path runs = FileTree.requireNoLink(comparison.resolve(RunFolder.RUNS));
    this.folder = FileTree.requireNoLink(runs.resolve(name));
    this.content = content;
    this.inStudy = revision != null;
    this.fingerprint =
        fingerprint(config, tokenizer, inStudy ? content + " revision " + revision : content);
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
    return StepFile.upTo(folder, TaskTraining.name(config), step);
  }

  /**
   * Its folder, which nobody else writes to until that is closed.
   *
   * @throws IllegalArgumentException if somebody trains it on now, or has done so
   */
  public OutputFolder open() {
    OutputFolder output = OutputFolder.open(folder, WHO);
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
      open().close();
    }
  }

  /**
   * Where checkpoints go while it trains. All that is there of a run that cannot be continued is
   * deleted, so that nothing is taken for this one's.
   */
  public CheckpointFolder start(boolean resumed) {
    if (!resumed) {
      delete(finishedFile());
      delete(result());
      if (!inStudy) {
        delete(curves());
      }
      deleteModel();
    }
    RunFolder run = new RunFolder(folder);
    TokenizerFiles.copy(tokenizer, OutputFolder.prepare(run.tokenizerPath()));
    run.write(config);
    return run.checkpointWriter(data, content, config, Map.of(Fingerprint.NOTE, fingerprint));
  }

  /** Keeps what came of it, and its model until that is dropped. */
  public void finish(Outcome outcome) {
    AtomicFile.write(curves(), CurveFile.text(List.of(outcome.recorded())));
    ResultFile.write(result(), List.of(outcome.result()));
    new FinishedRun(fingerprint, outcome.result(), outcome.recorded()).write(finishedFile());
  }

  /** Whether there is a model that commands can use. */
  public boolean hasModel() {
    return RunFolder.isOne(folder) && CheckpointFolder.latest(checkpoints()).isPresent();
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
    try (OutputFolder ignored = OutputFolder.open(folder, WHO)) {
      if (hasOwnModel()) {
        deleteModel();
        delete(curves());
        delete(result());
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
    RunFolder run = new RunFolder(folder);
    delete(run.configFile());
    delete(checkpoints());
    delete(run.tokenizerPath());
  }

  private static void delete(Path file) {
    try {
      FileTree.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + file + ": " + IoReason.of(e, file), e);
    }
  }

  /** Its curve: of a run of a study from the beginning, of others when they are over. */
  public Path curves() {
    return folder.resolve(CurveFile.NAME);
  }

  private Path result() {
    return folder.resolve(ResultFile.NAME);
  }

  private Path finishedFile() {
    return folder.resolve(FINISHED);
  }

  private Path checkpoints() {
    return folder.resolve("checkpoints");
  }

  private static String fingerprint(RunConfig config, Path tokenizer, String origin) {
    return Fingerprint.of(
        ConfigFile.text(config), config.kernels().name(), FolderDigest.of(tokenizer), origin);
  }
}
