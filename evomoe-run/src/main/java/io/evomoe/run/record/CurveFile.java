package io.evomoe.run.record;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.evomoe.internal.files.AtomicFile;
import io.evomoe.internal.files.Excerpt;
import io.evomoe.internal.files.IoReason;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A curves.csv, open for appending. Every row is flushed, so a killed run leaves a readable file. A
 * last line without its line end is the trace of such a kill and is ignored.
 */
public final class CurveFile implements AutoCloseable {

  /** The file's name in the output folder. */
  public static final String NAME = "curves.csv";

  private static final Logger log = LoggerFactory.getLogger(CurveFile.class);

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
   * Creates a file with these rows, in place of an older one.
   *
   * @throws IllegalArgumentException if the folder cannot be created or written
   */
  public static CurveFile create(Path file, List<CurveRow> rows) {
    AtomicFile.write(file, text(rows));
    return new CurveFile(file);
  }

  /** Returns the text of a file that holds these rows. */
  public static String text(List<CurveRow> rows) {
    StringBuilder text = new StringBuilder(CurveLine.HEADER).append('\n');
    rows.forEach(row -> text.append(CurveLine.format(row)).append('\n'));
    return text.toString();
  }

  /**
   * Opens the file of a run that resumes after {@code step}. Later rows are removed, because the
   * resumed run writes them again. A missing file is created; missing steps give a warning.
   *
   * @throws IllegalArgumentException if the file is not a curves.csv or cannot be written
   */
  public static CurveFile resume(Path file, long step) {
    return resume(file, step, step);
  }

  /**
   * Opens the file of a run that does not write one row per step.
   *
   * @param written rows written up to that step
   */
  public static CurveFile resume(Path file, long step, long written) {
    List<CurveRow> rows = Files.exists(file) ? read(file) : List.of();
    List<CurveRow> kept = rows.stream().filter(row -> row.step() <= step).toList();
    if (!rows.isEmpty() && kept.size() < written) {
      log.warn(
          "{} has {} of the {} rows written before the checkpoint; the others are not in its"
              + " curves",
          file,
          kept.size(),
          written);
    }
    return create(file, kept);
  }

  /** Reads the rows of a file; empty if there is none, or it cannot be read. */
  public static List<CurveRow> readIfWhole(Path file) {
    try {
      return Files.exists(file) ? read(file) : List.of();
    } catch (IllegalArgumentException damaged) {
      log.warn("Ignored: {}", damaged.getMessage());
      return List.of();
    }
  }

  /**
   * Reads all complete rows of a file.
   *
   * @throws IllegalArgumentException if it cannot be read or is not a curves.csv, naming the line
   */
  public static List<CurveRow> read(Path file) {
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
   * Reads the complete rows of the text of a file.
   *
   * @param source name of the file, for messages
   * @throws IllegalArgumentException if it is not the text of a curves.csv, naming the line
   */
  public static List<CurveRow> parse(String text, String source) {
    List<String> lines = text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    if (lines.isEmpty()) {
      return List.of();
    }
    boolean earlier = lines.get(0).equals(CurveLine.EARLIER_HEADER);
    if (!earlier && !lines.get(0).equals(CurveLine.HEADER)) {
      throw new IllegalArgumentException(
          "curve file " + source + " must begin with the header " + CurveLine.HEADER);
    }
    List<CurveRow> rows = new ArrayList<>();
    for (int i = 1; i < lines.size(); i++) {
      rows.add(parse(source, i + 1, lines.get(i), earlier));
    }
    return List.copyOf(rows);
  }

  /** Writes one row through to the operating system. */
  public void append(CurveRow row) {
    try {
      writer.write(CurveLine.format(row) + "\n");
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

  private static CurveRow parse(String source, int number, String line, boolean earlier) {
    try {
      return CurveLine.parse(line, earlier);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "curve file "
              + source
              + " is damaged at line "
              + number
              + ": "
              + Excerpt.of(String.valueOf(e.getMessage())),
          e);
    }
  }
}
