package io.evomoe.bench.study;

import io.evomoe.internal.files.FileTree;
import io.evomoe.internal.files.IoReason;
import io.evomoe.internal.files.OutputFolder;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.CurveRow;
import io.evomoe.run.record.Outcome;
import io.evomoe.run.record.ResultFile;
import io.evomoe.run.record.RunResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The finished runs of a study, a small folder each: {@code origin.yaml}, {@code config.yaml},
 * {@code curves.csv}, thinned, and {@code result.json}, which is written last. A run counts only if
 * configuration, data and revision are those that are asked for; options of gates that it has not,
 * on which machine and with which kernels it was made are noted and do not matter.
 */
public final class StudyResults {
  private static final String ORIGIN = "origin.yaml";
  private static final String CONFIG = "config.yaml";

  private final Path folder;
  private final StudyOrigin origin;
  private final boolean divided;

  /**
   * Results in a folder, which need not be there yet.
   *
   * @param origin of runs that are recorded from now on
   * @param divided whether all data comes with a split of its own, so that none of a configuration
   *     counts
   */
  public StudyResults(Path folder, StudyOrigin origin, boolean divided) {
    this.folder = folder;
    this.origin = origin;
    this.divided = divided;
  }

  /** Where runs come from that are recorded from now on. */
  public StudyOrigin origin() {
    return origin;
  }

  /** The folder. */
  public Path folder() {
    return folder;
  }

  /**
   * A run, if it was recorded with this configuration.
   *
   * @throws IllegalArgumentException naming the file, if a file of it is damaged
   */
  public Optional<StudyRecord> find(String name, RunConfig config) {
    Path run = folder.resolve(name);
    if (!Files.exists(run.resolve(ResultFile.NAME))
        || !StudyOrigin.read(run.resolve(ORIGIN)).fits(origin)
        || !isOf(ConfigFile.read(run.resolve(CONFIG)), config)) {
      return Optional.empty();
    }
    List<RunResult> results = ResultFile.read(run.resolve(ResultFile.NAME));
    if (results.size() != 1) {
      throw new IllegalArgumentException(
          "%s must hold one result, holds %d"
              .formatted(run.resolve(ResultFile.NAME), results.size()));
    }
    return Optional.of(
        new StudyRecord(results.get(0), CurveFile.read(run.resolve(CurveFile.NAME))));
  }

  private boolean isOf(RunConfig recorded, RunConfig wanted) {
    RunConfig same = divided ? recorded.with(c -> c.split(wanted.split())) : recorded;
    boolean usual =
        recorded.data().equals(DataForm.EARLIER) && wanted.data().equals(DataForm.DEFAULT);
    return withOwnOptions(wanted)
        .equals(withOwnOptions(usual ? same.with(c -> c.data(DataForm.DEFAULT)) : same));
  }

  private static RunConfig withOwnOptions(RunConfig config) {
    return config.with(c -> c.gateOptions(Map.of(config.gate(), config.options())));
  }

  /** Records a finished run, in place of one of another configuration. */
  public void add(String name, RunConfig config, Outcome outcome) {
    Path run = OutputFolder.prepare(FileTree.requireNoLink(folder.resolve(name)));
    deleteResult(run);
    origin.write(run.resolve(ORIGIN));
    ConfigFile.write(run.resolve(CONFIG), config);
    List<CurveRow> thinned = ThinnedCurve.of(outcome.recorded().rows());
    CurveFile.create(run.resolve(CurveFile.NAME), thinned).close();
    ResultFile.write(run.resolve(ResultFile.NAME), List.of(outcome.result()));
  }

  /** Without it, what an interruption leaves between two files is not taken for a run. */
  private static void deleteResult(Path run) {
    try {
      Files.deleteIfExists(run.resolve(ResultFile.NAME));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(
          "cannot replace "
              + run.resolve(ResultFile.NAME)
              + ": "
              + IoReason.of(e, run.resolve(ResultFile.NAME)),
          e);
    }
  }
}
