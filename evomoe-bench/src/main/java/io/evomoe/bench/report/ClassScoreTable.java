package io.evomoe.bench.report;

import io.evomoe.bench.report.TextTable.Column;
import io.evomoe.bench.report.TextTable.Format;
import io.evomoe.models.metrics.Confusion.ClassMeasure;
import io.evomoe.run.record.FineTuned.ClassEvaluation;
import io.evomoe.run.record.FineTuned.ClassScores;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Scores of classifiers side by side, and what one reaches on the texts of each class. */
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

  /**
   * A line, and below it aligned plain text with a row a class, the most frequent one first.
   *
   * @param columns of the terminal
   */
  public static String text(ClassEvaluation evaluation, int columns) {
    int texts = evaluation.confusion().examples();
    return String.format(
        Locale.ROOT,
        "%s: %,d text%s, accuracy %s, macro-F1 %s%n%n%s",
        evaluation.texts(),
        texts,
        texts == 1 ? "" : "s",
        Format.percent(evaluation.accuracy()),
        Format.decimals(evaluation.macroF1(), 3),
        table(evaluation).text(columns));
  }

  /** A row a class, the most frequent one first. */
  static TextTable table(ClassEvaluation evaluation) {
    List<Integer> classes =
        IntStream.range(0, evaluation.labels().size())
            .boxed()
            .sorted(Comparator.comparing(c -> -evaluation.confusion().of(c).examples()))
            .toList();
    return TextTable.of(
        classes,
        List.of(
            new Column<>("class", evaluation.labels()::get),
            column("texts", evaluation, of -> Format.decimals(of.examples(), 0)),
            column("predicted", evaluation, of -> Format.decimals(of.predicted(), 0)),
            column("precision", evaluation, of -> Format.decimals(of.precision(), 3)),
            column("recall", evaluation, of -> Format.decimals(of.recall(), 3)),
            column("F1", evaluation, of -> Format.decimals(of.f1(), 3))));
  }

  private static Column<Integer> column(
      String title, ClassEvaluation evaluation, Function<ClassMeasure, String> cell) {
    return new Column<>(title, c -> cell.apply(evaluation.confusion().of(c)));
  }
}
