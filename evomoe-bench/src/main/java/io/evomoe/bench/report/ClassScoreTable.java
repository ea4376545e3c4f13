package io.evomoe.bench.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.evomoe.files.IoReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Scores side by side: for people, and as a file. */
public final class ClassScoreTable {
  /** The file's name in the output folder. */
  public static final String FILE = "finetune.json";

  private static final List<String> TITLES =
      List.of("classifier", "valid accuracy", "valid macro-F1", "test accuracy", "test macro-F1");

  private ClassScoreTable() {}

  /** Aligned plain text. */
  public static String text(List<ClassScores> scores) {
    return new TextTable(TITLES, scores.stream().map(ClassScoreTable::row).toList()).text();
  }

  /** Writes a list of the scores, in the given order; NaN becomes null. */
  public static void write(Path folder, List<ClassScores> scores) {
    try {
      AtomicFile.write(folder.resolve(FILE), Json.PRETTY.writeValueAsString(scores) + "\n");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("scores have no JSON form", e);
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @return empty where there is none
   * @throws IllegalArgumentException if the file holds something else
   */
  public static Optional<List<ClassScores>> read(Path folder) {
    Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          List.of(Json.MAPPER.readValue(Files.readString(file), ClassScores[].class)));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          file + " is not a list of scores: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " cannot be read: " + IoReason.of(e, file), e);
    }
  }

  private static List<String> row(ClassScores scores) {
    return List.of(
        scores.classifier(),
        Format.percent(scores.validAccuracy()),
        Format.decimals(scores.validMacroF1(), 3),
        Format.percent(scores.testAccuracy()),
        Format.decimals(scores.testMacroF1(), 3));
  }
}
