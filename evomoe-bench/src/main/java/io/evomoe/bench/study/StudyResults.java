package io.evomoe.bench.study;

import io.evomoe.bench.report.ThinnedCurve;
import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.config.StrictYaml;
import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.Outcome;
import io.evomoe.run.record.ResultFile;
import io.evomoe.run.record.RunResult;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.BiFunction;

/**
 * The finished runs of a study in one file. A run has four entries: {@code RUN/origin.yaml}, {@code
 * RUN/config.yaml}, {@code RUN/curves.csv}, thinned, and {@code RUN/result.json}. A run counts only
 * if configuration, data and revision are those that are asked for. Machine, kernels and the
 * options of gates that the run does not have are recorded, but do not matter.
 */
public final class StudyResults {

  /** The name of the file in the folder of the study. */
  public static final String NAME = "runs.zip";

  private static final int POINTS = 40;
  private static final String ORIGIN = "origin.yaml";
  private static final String CONFIG = "config.yaml";

  private final RunsFile file;
  private final StudyOrigin origin;
  private final boolean divided;

  /**
   * Results in the folder of a study, which does not have to exist yet.
   *
   * @param origin of runs that are recorded from now on
   * @param divided whether all data comes with a split of its own, so that none of a configuration
   *     counts
   */
  public StudyResults(Path folder, StudyOrigin origin, boolean divided) {
    this.file = new RunsFile(folder.resolve(NAME));
    this.origin = origin;
    this.divided = divided;
  }

  /** Where runs come from that are recorded from now on. */
  public StudyOrigin origin() {
    return origin;
  }

  /**
   * Returns a run, if it was recorded with this configuration.
   *
   * @throws IllegalArgumentException naming the file, if it is damaged
   */
  public Optional<StudyRecord> find(String name, RunConfig config) {
    Map<String, String> texts = file.read(entry -> entry.startsWith(name + "/"));
    if (texts.isEmpty()
        || !read(texts, name, ORIGIN, StudyOrigin::parse).fits(origin)
        || !isOf(read(texts, name, CONFIG, ConfigFile::parse), config)) {
      return Optional.empty();
    }
    List<RunResult> results = read(texts, name, ResultFile.NAME, ResultFile::parse);
    if (results.size() != 1) {
      throw new IllegalArgumentException(
          "%s must hold one result, holds %d"
              .formatted(file.path().resolve(name).resolve(ResultFile.NAME), results.size()));
    }
    return Optional.of(
        new StudyRecord(results.get(0), read(texts, name, CurveFile.NAME, CurveFile::parse)));
  }

  private <T> T read(
      Map<String, String> texts, String run, String name, BiFunction<String, String, T> parser) {
    String entry = entry(run, name);
    String text = texts.get(entry);
    if (text == null) {
      throw new IllegalArgumentException("%s must hold %s".formatted(file.path(), entry));
    }
    return parser.apply(text, file.path().resolve(entry).toString());
  }

  private static String entry(String run, String name) {
    return run + "/" + name;
  }

  private boolean isOf(RunConfig recorded, RunConfig wanted) {
    RunConfig same = divided ? recorded.with(c -> c.split(wanted.split())) : recorded;
    return withOwnOptions(wanted).equals(withOwnOptions(same));
  }

  private static RunConfig withOwnOptions(RunConfig config) {
    return config.with(c -> c.gateOptions(Map.of(config.gate(), config.options())));
  }

  /** Records a finished run, in place of one of another configuration. */
  public void add(String name, RunConfig config, Outcome outcome) {
    SortedMap<String, String> texts = file.read(entry -> true);
    texts.put(entry(name, ORIGIN), StrictYaml.text(origin));
    texts.put(entry(name, CONFIG), ConfigFile.text(config));
    texts.put(
        entry(name, CurveFile.NAME),
        CurveFile.text(List.of(ThinnedCurve.of(outcome.recorded(), POINTS))));
    texts.put(entry(name, ResultFile.NAME), ResultFile.text(List.of(outcome.result())));
    file.write(texts);
  }
}
