package io.evomoe.run.record;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.StdConverter;
import io.evomoe.internal.files.AppendedFile;
import io.evomoe.internal.files.AtomicFile;
import io.evomoe.internal.files.IoReason;
import io.evomoe.nn.RoutingReport;
import io.evomoe.training.Callback;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.RecordedRun.RunName;
import io.evomoe.training.StepRecord;
import io.evomoe.training.Training;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code steps.jsonl} in a run's folder: one line of JSON per {@linkplain StepRecord step}, flushed
 * when the step ends. A resumed run continues the file and removes the lines of steps that it
 * repeats.
 */
public final class StepFile implements Callback {
  /** The file's name. */
  public static final String NAME = "steps.jsonl";

  private static final Logger log = LoggerFactory.getLogger(StepFile.class);

  /** A number that is not finite is null in a line, and NaN in a step. */
  private static final ObjectMapper LINES =
      Json.MAPPER
          .copy()
          .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .addMixIn(StepRecord.class, Names.class)
          .addMixIn(RoutingReport.class, AsLayer.class);

  private final Path file;
  private @Nullable AppendedFile out;

  private StepFile(Path file) {
    this.file = file;
  }

  /** Returns a run's log; it is opened when the steps begin. */
  public static StepFile in(Path folder) {
    return new StepFile(folder.resolve(NAME));
  }

  /**
   * Reads all complete lines of a log.
   *
   * @throws IllegalArgumentException if it cannot be read, naming the line that is no step
   */
  public static List<StepRecord> read(Path file) {
    return Json.lines(
        Json.content(file.toString(), file),
        0,
        file.toString(),
        line -> parse(Json.read(line, JsonNode.class, "it is no JSON")));
  }

  /**
   * Reads the steps that a run has taken up to a checkpoint. Lines that cannot be read are left
   * out.
   *
   * @param folder of the run
   * @param step finished steps of the checkpoint
   */
  public static RecordedRun upTo(Path folder, RunName name, long step) {
    RecordedRun.Collector steps = new RecordedRun.Collector(RecordedRun.none(name));
    StepFile log = in(folder);
    if (step > 0 && Files.exists(log.file)) {
      try {
        log.lines(step, (line, read) -> log.add(read, steps));
      } catch (IOException e) {
        throw new IllegalArgumentException(
            log.file + " cannot be read: " + IoReason.of(e, log.file), e);
      }
    }
    return steps.recorded();
  }

  private void add(JsonNode line, RecordedRun.Collector to) {
    try {
      to.add(parse(line));
    } catch (IllegalArgumentException e) {
      log.warn("{}: step {} is left out: {}", file, line.path("step"), e.getMessage());
    }
  }

  @Override
  public void onStart(Training training) {
    AtomicFile.write(file, to -> keep(training.progress().step(), to));
    out = new AppendedFile(file);
  }

  private void keep(long step, FileChannel to) throws IOException {
    if (step == 0 || !Files.exists(file)) {
      return;
    }
    OutputStream kept = Channels.newOutputStream(to);
    lines(step, (line, read) -> kept.write((line + "\n").getBytes(UTF_8)));
  }

  /** Receives one line. */
  @FunctionalInterface
  private interface Lines {
    void add(String line, JsonNode read) throws IOException;
  }

  /**
   * Passes on the steps up to one of them. Reads line by line, because a long run's log does not
   * fit into memory.
   */
  private void lines(long step, Lines to) throws IOException {
    int unreadable = 0;
    long last = 0;
    // Not Files.newBufferedReader: it rejects malformed bytes, which a crash may leave.
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(Files.newInputStream(file), UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode read = read(line);
        long its = read.path("step").asLong(-1);
        unreadable += its < 0 ? 1 : 0;
        if (its > last && its <= step) {
          last = its;
          to.add(line, read);
        }
      }
    }
    if (unreadable > 0) {
      log.warn("{}: {} lines that are no steps are left out", file, unreadable);
    }
  }

  /**
   * A line that is no object, as a kill leaves it, has no fields; lines of other versions have
   * some.
   */
  private static JsonNode read(String line) {
    try {
      return Json.MAPPER.readTree(line);
    } catch (JsonProcessingException e) {
      return Json.MAPPER.missingNode();
    }
  }

  @Override
  public void onStep(StepRecord step, Training training) {
    if (out == null) {
      throw new IllegalStateException(file + " is not open: the run has not begun");
    }
    out.write(json(training.name(), step) + "\n");
  }

  /**
   * Forces all steps to the disk, so that no later checkpoint can be newer than the log.
   *
   * @throws java.io.UncheckedIOException if this fails, or a step could not be written
   */
  public void force() {
    if (out != null) {
      out.force();
    }
  }

  @Override
  public void onEnd(Training training) {
    if (out != null) {
      out.close();
      out = null;
    }
  }

  /** The names that differ from the record's. */
  private interface Names {
    @JsonProperty("wall_s")
    double wallSeconds();

    @JsonProperty("step_s")
    double stepSeconds();
  }

  @JsonSerialize(converter = ToLayer.class)
  @JsonDeserialize(converter = ToReport.class)
  private interface AsLayer {}

  private record Layer(
      String layer,
      int tokens,
      List<Integer> load,
      double maxOverMean,
      double activeExperts,
      double loadEntropy,
      int deadExperts,
      int dropped,
      double dropRate,
      double auxLoss) {

    Layer {
      if (layer == null || load == null || load.stream().anyMatch(Objects::isNull)) {
        throw new IllegalArgumentException("layer and load must have values");
      }
    }
  }

  private static final class ToLayer extends StdConverter<RoutingReport, Layer> {
    @Override
    public Layer convert(RoutingReport report) {
      return new Layer(
          report.layer(),
          report.tokens(),
          report.load(),
          report.maxOverMean(),
          report.meanActiveExperts(),
          report.loadEntropy(),
          report.deadExperts(),
          report.dropped(),
          report.dropRate(),
          report.auxLoss());
    }
  }

  private static final class ToReport extends StdConverter<Layer, RoutingReport> {
    @Override
    public RoutingReport convert(Layer read) {
      return new RoutingReport(
          read.layer, read.tokens, read.load, List.of(), read.dropped, read.auxLoss, List.of());
    }
  }

  /** Returns a step as a line of the log has it, e.g. with null for values without measurement. */
  public static ObjectNode json(RunName name, StepRecord step) {
    ObjectNode line = LINES.createObjectNode();
    line.put("task", name.task()).put("gate", name.gate()).put("seed", name.seed());
    line.setAll((ObjectNode) LINES.valueToTree(step));
    return line.put("phase", step.phase().name().toLowerCase(Locale.ROOT));
  }

  /**
   * Returns the step of a line. Its layers have no histogram and no first experts, because the line
   * has none.
   *
   * @throws IllegalArgumentException naming a field that is missing or has another type
   */
  static StepRecord parse(JsonNode line) {
    if (!line.isObject()) {
      throw new IllegalArgumentException("it is no object");
    }
    try {
      return LINES.treeToValue(line, StepRecord.class);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(Json.fault(e), e);
    }
  }
}
