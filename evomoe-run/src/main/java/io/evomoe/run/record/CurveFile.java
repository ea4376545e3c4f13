package io.evomoe.run.record;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.internal.files.AppendedFile;
import io.evomoe.internal.files.AtomicFile;
import io.evomoe.training.Callback;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.RecordedRun.RunName;
import io.evomoe.training.StepRecord;
import io.evomoe.training.Training;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code curves.csv}: the most used columns of {@link StepFile}. A resumed run writes it again from
 * that file. Every row is flushed, so a killed run leaves a readable file. Doubles are written so
 * that reading returns the same bits; a value that was not measured is empty.
 */
public final class CurveFile implements Callback, AutoCloseable {

  /** The file's name in the output folder. */
  public static final String NAME = "curves.csv";

  private static final String HEADER =
      "task,gate,seed,step,tokens,train_flops,wall_s,train_loss,valid_loss,aux_loss,temperature,"
          + "active_experts,load_entropy,drop_rate,dead_experts,routing_fluctuation";

  private static final List<String> COLUMNS = List.of(HEADER.split(",", -1));

  /** The numbers of a step that have no column. */
  private static final List<String> LEFT_OUT = List.of("step_s", "gradient_norm", "learning_rate");

  private final Path file;
  private final boolean shared;
  private @Nullable AppendedFile out;

  private CurveFile(Path file, boolean shared) {
    this.file = file;
    this.shared = shared;
  }

  /** Returns the file in a run's folder; it is written when the steps begin. */
  public static CurveFile in(Path folder) {
    return new CurveFile(folder.resolve(NAME), false);
  }

  /**
   * Creates a file that several trainings append to, with the rows of these runs, in place of an
   * older one.
   *
   * @throws IllegalArgumentException if the folder cannot be created or written
   */
  public static CurveFile shared(Path file, List<RecordedRun> runs) {
    CurveFile created = new CurveFile(file, true);
    created.open(runs);
    return created;
  }

  private void open(List<RecordedRun> runs) {
    AtomicFile.write(file, text(runs));
    out = new AppendedFile(file);
  }

  /** Returns the text of a file with the rows of these runs. */
  public static String text(List<RecordedRun> runs) {
    StringBuilder text = new StringBuilder(HEADER).append('\n');
    runs.forEach(run -> run.steps().forEach(step -> text.append(line(run.name(), step))));
    return text.toString();
  }

  /**
   * Reads all complete rows of a file.
   *
   * @throws IllegalArgumentException if it cannot be read or is not a curves.csv, naming the line
   */
  public static List<StepRecord> read(Path file) {
    return parse(Json.content("curve file " + file, file), file.toString());
  }

  /**
   * Reads the complete rows of the text of a file, such as that of a recorded study. Fields without
   * a column are NaN, and each phase with experts is the soft one.
   *
   * @param source name of the file, for messages
   * @throws IllegalArgumentException if it is not the text of a curves.csv, naming the line
   */
  public static List<StepRecord> parse(String text, String source) {
    if (text.indexOf('\n') >= 0 && !text.lines().findFirst().orElseThrow().equals(HEADER)) {
      throw new IllegalArgumentException(
          "curve file " + source + " must begin with the header " + HEADER);
    }
    return Json.lines(text, 1, "curve file " + source, line -> parse(line.split(",", -1)));
  }

  @Override
  public void onStart(Training training) {
    if (!shared) {
      open(List.of(training.recorded()));
    }
  }

  /** Writes one row through to the operating system. */
  @Override
  public void onStep(StepRecord step, Training training) {
    Objects.requireNonNull(out, "the file is not open").write(line(training.name(), step));
  }

  @Override
  public void onEnd(Training training) {
    if (!shared) {
      close();
    }
  }

  @Override
  public void close() {
    try (AppendedFile ignored = out) {
      out = null;
    }
  }

  private static String line(RunName name, StepRecord step) {
    ObjectNode fields = StepFile.json(name, step.withoutLayers());
    return COLUMNS.stream()
        .map(column -> fields.path(column).asText(""))
        .collect(Collectors.joining(",", "", "\n"));
  }

  private static StepRecord parse(String[] values) {
    if (values.length != COLUMNS.size()) {
      throw new IllegalArgumentException(
          "line must have %d fields, had %d".formatted(COLUMNS.size(), values.length));
    }
    ObjectNode fields = Json.MAPPER.createObjectNode();
    for (int i = 0; i < values.length; i++) {
      fields.put(COLUMNS.get(i), values[i].isEmpty() ? null : values[i]);
    }
    LEFT_OUT.forEach(fields::putNull);
    fields.put("phase", fields.path("load_entropy").isNull() ? "diversify" : "soft");
    fields.putArray("layers");
    return StepFile.parse(fields);
  }
}
