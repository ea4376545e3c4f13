package io.evomoe.bench.study;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.evomoe.bench.report.ThinnedCurve;
import io.evomoe.internal.files.AtomicFile;
import io.evomoe.internal.files.IoReason;
import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.config.StrictYaml;
import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.Json;
import io.evomoe.run.record.RunResult;
import io.evomoe.run.record.RunResult.Outcome;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.StepRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

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
  public Optional<Outcome> find(String name, RunConfig config) {
    Map<String, String> texts = file.read(entry -> entry.startsWith(name + "/"));
    if (texts.isEmpty()
        || !read(texts, name, ORIGIN, StudyOrigin::parse).fits(origin)
        || !isOf(read(texts, name, CONFIG, ConfigFile::parse), config)) {
      return Optional.empty();
    }
    RunResult result = read(texts, name, RunResult.FILE, RunResult::parse).get(0);
    List<StepRecord> rows = read(texts, name, CurveFile.NAME, CurveFile::parse);
    return Optional.of(new Outcome(result, new RecordedRun(config.runName(), rows, List.of())));
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
    return config.with(
        c ->
            c.gateOptions(Map.of(config.gate(), config.options()))
                .training(config.training().with(t -> t.keepBest(false))));
  }

  /** Records a finished run, in place of one of another configuration. */
  public void add(String name, RunConfig config, Outcome outcome) {
    SortedMap<String, String> texts = file.read(entry -> true);
    texts.put(entry(name, ORIGIN), StrictYaml.text(origin));
    texts.put(entry(name, CONFIG), ConfigFile.text(config));
    texts.put(
        entry(name, CurveFile.NAME),
        CurveFile.text(List.of(ThinnedCurve.of(outcome.recorded(), POINTS))));
    texts.put(entry(name, RunResult.FILE), Json.text(List.of(outcome.result())));
    file.write(texts);
  }

  /** A zip file of texts. The same texts give the same bytes, so version control sees no change. */
  record RunsFile(Path path) {
    private static final LocalDateTime FIRST_TIME_OF_ZIP = LocalDateTime.of(1980, 1, 1, 0, 0);

    /**
     * Returns texts by their names. A file that does not exist has none.
     *
     * @throws IllegalArgumentException naming the file, if it is damaged
     */
    SortedMap<String, String> read(Predicate<String> names) {
      SortedMap<String, String> texts = new TreeMap<>();
      if (!Files.exists(path)) {
        return texts;
      }
      try (ZipFile zip = new ZipFile(path.toFile())) {
        for (ZipEntry entry : Collections.list(zip.entries())) {
          if (names.test(entry.getName())) {
            texts.put(entry.getName(), text(zip, entry));
          }
        }
        return texts;
      } catch (IOException e) {
        throw new IllegalArgumentException(
            "study results %s cannot be read: %s".formatted(path, IoReason.of(e, path)), e);
      }
    }

    private static String text(ZipFile zip, ZipEntry entry) throws IOException {
      // ZipFile compares no checksums.
      CheckedInputStream in = new CheckedInputStream(zip.getInputStream(entry), new CRC32());
      String text = new String(in.readAllBytes(), UTF_8);
      if (in.getChecksum().getValue() != entry.getCrc()) {
        throw new ZipException(entry.getName() + " has another checksum");
      }
      return text;
    }

    /** Writes these texts. A reader sees the old file or the whole new one. */
    void write(SortedMap<String, String> texts) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
        zip.setLevel(Deflater.BEST_COMPRESSION);
        for (Map.Entry<String, String> text : texts.entrySet()) {
          ZipEntry entry = new ZipEntry(text.getKey());
          entry.setTimeLocal(FIRST_TIME_OF_ZIP);
          zip.putNextEntry(entry);
          zip.write(text.getValue().getBytes(UTF_8));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      AtomicFile.write(path, file -> Channels.newOutputStream(file).write(bytes.toByteArray()));
    }
  }

  /**
   * Where a recorded run comes from.
   *
   * @param revision of the study
   * @param dataSha256 of the names and contents of the data's files
   * @param commit of the code; for people
   * @param kernels that computed it; for people
   * @param machine for people
   */
  public record StudyOrigin(
      int revision, String dataSha256, String commit, String kernels, String machine) {
    static StudyOrigin parse(String text, String source) {
      return StrictYaml.bind(StrictYaml.parse(text, source), StudyOrigin.class, source);
    }

    /** Whether what they made may stand for each other. */
    boolean fits(StudyOrigin other) {
      return revision == other.revision && dataSha256.equals(other.dataSha256);
    }
  }
}
