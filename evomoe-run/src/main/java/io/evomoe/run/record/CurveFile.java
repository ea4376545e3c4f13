package io.evomoe.run.record;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.evomoe.internal.files.AtomicFile;
import io.evomoe.internal.files.Excerpt;
import io.evomoe.internal.files.IoReason;
import io.evomoe.step.Phase;
import io.evomoe.training.Callback;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.RunName;
import io.evomoe.training.StepRecord;
import io.evomoe.training.Training;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.stream.DoubleStream;
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

  private static final int COLUMNS = HEADER.split(",", -1).length;

  private final Path file;
  private final boolean shared;
  // Not a channel, because an interrupt of the thread closes channels.
  private @Nullable FileOutputStream out;

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
    try {
      out = new FileOutputStream(file.toFile(), true);
    } catch (IOException e) {
      throw failed("open", e);
    }
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
    try {
      return parse(Files.readString(file), file.toString());
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("curve file " + file + " is not UTF-8", e);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "curve file " + file + " cannot be read: " + IoReason.of(e, file), e);
    }
  }

  /**
   * Reads the complete rows of the text of a file, such as that of a recorded study. Fields without
   * a column are NaN, and each phase with experts is the soft one.
   *
   * @param source name of the file, for messages
   * @throws IllegalArgumentException if it is not the text of a curves.csv, naming the line
   */
  public static List<StepRecord> parse(String text, String source) {
    List<String> lines = text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    if (lines.isEmpty()) {
      return List.of();
    }
    if (!lines.get(0).equals(HEADER)) {
      throw new IllegalArgumentException(
          "curve file " + source + " must begin with the header " + HEADER);
    }
    List<StepRecord> rows = new ArrayList<>();
    for (int i = 1; i < lines.size(); i++) {
      rows.add(parse(source, i + 1, lines.get(i)));
    }
    return List.copyOf(rows);
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
    try {
      Objects.requireNonNull(out, "the file is not open")
          .write(line(training.name(), step).getBytes(UTF_8));
    } catch (IOException e) {
      throw failed("write", e);
    }
  }

  @Override
  public void onEnd(Training training) {
    if (!shared) {
      close();
    }
  }

  @Override
  public void close() {
    try (FileOutputStream ignored = out) {
      out = null;
    } catch (IOException e) {
      throw failed("close", e);
    }
  }

  private UncheckedIOException failed(String what, IOException e) {
    return new UncheckedIOException(
        "could not %s %s: %s".formatted(what, file, IoReason.of(e, file)), e);
  }

  private static String line(RunName name, StepRecord step) {
    StringJoiner line = new StringJoiner(",", "", "\n");
    line.add(name.task()).add(name.gate()).add(Long.toString(name.seed()));
    line.add(Long.toString(step.step())).add(Long.toString(step.tokens()));
    line.add(Double.toString(step.trainFlops())).add(Double.toString(step.wallSeconds()));
    DoubleStream.of(
            step.trainLoss(),
            step.validLoss(),
            step.auxLoss(),
            step.temperature(),
            step.activeExperts(),
            step.loadEntropy(),
            step.dropRate(),
            step.deadExperts(),
            step.routingFluctuation())
        .forEach(value -> line.add(Double.isFinite(value) ? Double.toString(value) : ""));
    return line.toString();
  }

  private static StepRecord parse(String source, int number, String line) {
    try {
      return parse(List.of(line.split(",", -1)));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "curve file %s is damaged at line %d: %s"
              .formatted(source, number, Excerpt.of(String.valueOf(e.getMessage()))),
          e);
    }
  }

  private static StepRecord parse(List<String> fields) {
    if (fields.size() != COLUMNS) {
      throw new IllegalArgumentException(
          "line must have " + COLUMNS + " fields, had " + fields.size());
    }
    double[] values =
        fields.stream()
            .skip(5)
            .mapToDouble(field -> field.isEmpty() ? Double.NaN : Double.parseDouble(field))
            .toArray();
    return new StepRecord(
        Long.parseLong(fields.get(3)),
        Double.isNaN(values[7]) ? Phase.DIVERSIFY : Phase.SOFT,
        Long.parseLong(fields.get(4)),
        values[0],
        values[1],
        Double.NaN,
        values[2],
        values[3],
        values[4],
        Double.NaN,
        Double.NaN,
        values[5],
        values[6],
        values[7],
        values[8],
        values[9],
        values[10],
        List.of());
  }
}
