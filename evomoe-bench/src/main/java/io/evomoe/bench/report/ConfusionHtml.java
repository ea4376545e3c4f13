package io.evomoe.bench.report;

import static java.util.stream.Collectors.joining;

import io.evomoe.bench.report.TextTable.Format;
import io.evomoe.models.metrics.Confusion;
import io.evomoe.run.record.FineTuned.ClassEvaluation;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The confusion of a classifier: a row for each true class, a column for each predicted one. */
final class ConfusionHtml {
  private static final int MOST_MISTAKES = 5;

  private ConfusionHtml() {}

  /** The sentence and the table. */
  static String of(ClassEvaluation evaluation) {
    List<String> labels = evaluation.labels();
    String rows =
        IntStream.range(0, labels.size())
            .mapToObj(label -> row(evaluation, label))
            .collect(joining("\n"));
    List<String> titles = Stream.concat(Stream.of("class"), labels.stream()).toList();
    return "<p class=\"hint\">%s</p>%n%s"
        .formatted(Html.escape(words(evaluation)), Html.table("Confusion", titles, rows));
  }

  private static String row(ClassEvaluation evaluation, int label) {
    Confusion confusion = evaluation.confusion();
    String cells =
        IntStream.range(0, confusion.classes())
            .mapToObj(named -> cell(confusion.count(label, named), confusion.of(label).examples()))
            .collect(joining());
    return "<tr><th scope=\"row\">%s</th>%s</tr>"
        .formatted(Html.escape(evaluation.labels().get(label)), cells);
  }

  private static String cell(int count, int texts) {
    return count == 0
        ? "<td></td>"
        : String.format(
            Locale.ROOT,
            "<td class=\"cell\" style=\"--share:%.3f\" title=\"%s of the class\">%,d</td>",
            (double) count / texts,
            Format.percent((double) count / texts),
            count);
  }

  private static String words(ClassEvaluation evaluation) {
    Confusion confusion = evaluation.confusion();
    int classes = confusion.classes();
    String mistakes =
        IntStream.range(0, classes * classes)
            .filter(i -> i / classes != i % classes)
            .filter(i -> confusion.count(i / classes, i % classes) > 0)
            .boxed()
            .sorted(Comparator.comparing(i -> -confusion.count(i / classes, i % classes)))
            .limit(MOST_MISTAKES)
            .map(
                i ->
                    String.format(
                        Locale.ROOT,
                        "%s as %s (%,d)",
                        evaluation.labels().get(i / classes),
                        evaluation.labels().get(i % classes),
                        confusion.count(i / classes, i % classes)))
            .collect(joining(", "));
    return String.format(
            Locale.ROOT,
            "%s of %,d texts are predicted correctly.",
            Format.percent(evaluation.accuracy()),
            confusion.examples())
        + (mistakes.isEmpty() ? "" : " Most often mistaken: " + mistakes + ".");
  }
}
