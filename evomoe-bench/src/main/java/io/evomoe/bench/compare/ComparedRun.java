package io.evomoe.bench.compare;

import io.evomoe.internal.files.FileTree;
import io.evomoe.internal.files.IoReason;
import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.internal.folder.Fingerprint;
import io.evomoe.run.internal.folder.FolderDigest;
import io.evomoe.run.record.CurveRow;
import io.evomoe.run.record.Outcome;
import io.evomoe.training.checkpoint.Checkpoint;
import io.evomoe.training.checkpoint.CheckpointFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One run of a comparison in a folder of its own, {@code runs/NAME}: checkpoints while it is not
 * finished, and {@code finished.json} from then on. What is found there counts only if it was made
 * with the same configuration, data, vocabulary, kernels and version.
 */
public final class ComparedRun {
  private final RunConfig config;
  private final Path folder;
  private final String fingerprint;

  /**
   * A run of a comparison.
   *
   * @param comparison folder of the whole comparison, which holds the tokenizer
   * @param data files and folders that the run trains on
   */
  public ComparedRun(Path comparison, RunConfig config, List<Path> data) {
    this(comparison, config.gate() + "-" + config.seed(), config, data);
  }

  /**
   * A run of a comparison in which several runs have the same gate and seed.
   *
   * @param comparison folder of the whole comparison, which holds the tokenizer
   * @param name of the run, and of its folder
   * @param data files and folders that the run trains on
   */
  public ComparedRun(Path comparison, String name, RunConfig config, List<Path> data) {
    this.config = config;
    Path runs = FileTree.requireNoLink(comparison.resolve("runs"));
    this.folder = FileTree.requireNoLink(runs.resolve(name));
    this.fingerprint = fingerprint(config, comparison.resolve("tokenizer"), data);
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
   * Where to go on, if the run was interrupted: the newest checkpoint that is whole and whose curve
   * is.
   *
   * @param rows of this run that were recorded
   */
  public Optional<Checkpoint> interrupted(List<CurveRow> rows) {
    return CheckpointFolder.openNewestWhole(checkpoints())
        .filter(saved -> fingerprint.equals(saved.config().get(Fingerprint.NOTE)))
        .filter(saved -> upTo(saved, rows).size() == saved.progress().step());
  }

  /** The rows of the steps that a checkpoint has behind it. */
  public static List<CurveRow> upTo(Checkpoint saved, List<CurveRow> rows) {
    return rows.stream().filter(row -> row.step() <= saved.progress().step()).toList();
  }

  /** The rows of this run among those of a comparison. */
  public List<CurveRow> own(List<CurveRow> rows) {
    return rows.stream()
        .filter(row -> row.gate().equals(config.gate()) && row.seed() == config.seed())
        .toList();
  }

  /** Where checkpoints go while it trains; those of a run that cannot be continued are deleted. */
  public CheckpointFolder start(boolean resumed) {
    if (!resumed) {
      deleteCheckpoints();
    }
    return new CheckpointFolder(
        checkpoints(), config.guards().keepCheckpoints(), Map.of(Fingerprint.NOTE, fingerprint));
  }

  /** Keeps what came of it; the checkpoints are not needed any more. */
  public void finish(Outcome outcome) {
    new FinishedRun(fingerprint, outcome.result(), outcome.recorded()).write(finishedFile());
    deleteCheckpoints();
  }

  private void deleteCheckpoints() {
    try {
      FileTree.delete(checkpoints());
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot delete " + checkpoints() + ": " + IoReason.of(e, checkpoints()), e);
    }
  }

  private Path finishedFile() {
    return folder.resolve("finished.json");
  }

  private Path checkpoints() {
    return folder.resolve("checkpoints");
  }

  private static String fingerprint(RunConfig config, Path tokenizer, List<Path> data) {
    return Fingerprint.of(
        ConfigFile.text(config),
        config.kernels().name(),
        FolderDigest.of(tokenizer),
        FolderDigest.of(data));
  }
}
