package io.evomoe.bench.report;

import io.evomoe.run.record.ClassScores;
import java.util.List;

/** Scores side by side, for people. */
public final class ClassScoreTable {
  private static final List<String> TITLES =
      List.of(
          "classifier",
          "validation accuracy",
          "validation macro-F1",
          "test accuracy",
          "test macro-F1");

  private ClassScoreTable() {}

  /**
   * Aligned plain text.
   *
   * @param columns of the terminal
   */
  public static String text(List<ClassScores> scores, int columns) {
    return table(scores).text(columns);
  }

  /** A row a classifier. */
  static TextTable table(List<ClassScores> scores) {
    return new TextTable(TITLES, scores.stream().map(ClassScoreTable::row).toList());
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
