package io.evomoe.run.record;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.evomoe.internal.files.AtomicFile;
import io.evomoe.internal.files.Excerpt;
import io.evomoe.internal.files.IoReason;
import io.evomoe.step.Phase;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.RunName;
import io.evomoe.training.StepRecord;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.DoubleStream;

/**
 * A curves.csv, open for appending: the most used columns of {@link StepFile}. A resumed run writes
 * it again from that file. Every row is flushed, so a killed run leaves a readable file. Doubles
 * are written so that reading returns the same bits; a value that was not measured is empty.
 */
public final class CurveFile implements AutoCloseable {

  /** The file's name in the output folder. */
  public static final String NAME = "curves.csv";

  private static final String HEADER =
      "task,gate,seed,step,tokens,train_flops,wall_s,train_loss,valid_loss,aux_loss,temperature,"
          + "active_experts,load_entropy,drop_rate,dead_experts,routing_fluctuation";

  private static final int COLUMNS = HEADER.split(",", -1).length;

  private final Path file;
  // Not a channel, because an interrupt of the thread closes channels.
  private final FileOutputStream out;
  private final Writer writer;

  private CurveFile(Path file) {
    this.file = file;
    try {
      out = new FileOutputStream(file.toFile(), true);
      writer = new OutputStreamWriter(out, UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("could not open " + file + ": " + IoReason.of(e, file), e);
    }
  }

  /**
   * Creates a file without rows, in place of an older one.
   *
   * @throws IllegalArgumentException if the folder cannot be created or written
   */
  public static CurveFile create(Path file) {
    return create(file, List.of());
  }

  /**
   * Creates a file with the rows of these runs, in place of an older one.
   *
   * @throws IllegalArgumentException if the folder cannot be created or written
   */
  public static CurveFile create(Path file, List<RecordedRun> runs) {
    AtomicFile.write(file, text(runs));
    return new CurveFile(file);
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

  /** Writes one row through to the operating system. */
  public void append(RunName name, StepRecord step) {
    try {
      writer.write(line(name, step));
      writer.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("could not write " + file + ": " + IoReason.of(e, file), e);
    }
  }

  /** Forces all rows to the disk, so that no later checkpoint can be newer than the curve. */
  public void force() {
    try {
      out.getFD().sync();
    } catch (IOException e) {
      throw new UncheckedIOException("could not write " + file + ": " + IoReason.of(e, file), e);
    }
  }

  @Override
  public void close() {
    try {
      writer.close();
    } catch (IOException e) {
      throw new UncheckedIOException("could not close " + file + ": " + IoReason.of(e, file), e);
    }
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
