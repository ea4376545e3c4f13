package io.evomoe.bench.report;

import io.evomoe.models.metrics.ClassMeasure;
import io.evomoe.run.record.ClassEvaluation;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** What a classifier reaches on texts, and on those of each class, for people. */
public final class ClassEvaluationTable {
  private static final List<String> TITLES =
      List.of("class", "texts", "named so", "precision", "recall", "F1");

  private ClassEvaluationTable() {}

  /**
   * A line, and below it aligned plain text with a row a class, the most frequent one first.
   *
   * @param columns of the terminal
   */
  public static String text(ClassEvaluation evaluation, int columns) {
    int texts = evaluation.confusion().all().examples();
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
    return new TextTable(
        TITLES,
        byFrequency(evaluation).stream()
            .map(c -> row(evaluation.labels().get(c), evaluation.confusion().of(c)))
            .toList());
  }

  /** Numbers of the classes, that of the most texts first. */
  static List<Integer> byFrequency(ClassEvaluation evaluation) {
    return IntStream.range(0, evaluation.labels().size())
        .boxed()
        .sorted(Comparator.comparing(c -> -evaluation.confusion().of(c).examples()))
        .toList();
  }

  private static List<String> row(String label, ClassMeasure measure) {
    return List.of(
        label,
        String.format(Locale.ROOT, "%,d", measure.examples()),
        String.format(Locale.ROOT, "%,d", measure.predicted()),
        Format.decimals(measure.precision(), 3),
        Format.decimals(measure.recall(), 3),
        Format.decimals(measure.f1(), 3));
  }
}
