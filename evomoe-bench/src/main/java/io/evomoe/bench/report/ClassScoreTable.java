package io.evomoe.bench.report;

import io.evomoe.run.record.ClassScores;
import java.util.List;

/** Scores side by side, for people. */
public final class ClassScoreTable {
  private static final List<Column<ClassScores>> COLUMNS =
      List.of(
          new Column<>("classifier", ClassScores::classifier),
          new Column<>("validation accuracy", s -> Format.percent(s.validAccuracy())),
          new Column<>("validation macro-F1", s -> Format.decimals(s.validMacroF1(), 3)),
          new Column<>("test accuracy", s -> Format.percent(s.testAccuracy())),
          new Column<>("test macro-F1", s -> Format.decimals(s.testMacroF1(), 3)));

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
    return TextTable.of(scores, COLUMNS);
  }
}
