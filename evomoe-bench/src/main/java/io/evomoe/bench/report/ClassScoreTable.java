package io.evomoe.bench.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.nio.file.Path;
import java.util.List;

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

  private static List<String> row(ClassScores scores) {
    return List.of(
        scores.classifier(),
        Format.percent(scores.validAccuracy()),
        Format.decimals(scores.validMacroF1(), 3),
        Format.percent(scores.testAccuracy()),
        Format.decimals(scores.testMacroF1(), 3));
  }
}
