package io.evomoe.bench.report;

import io.evomoe.bench.report.Html.Resources;
import io.evomoe.models.metrics.Confusion;
import io.evomoe.run.record.FineTuned.ClassEvaluation;
import io.evomoe.run.record.FineTuned.ClassScores;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The report on a fine-tuned classifier: scores, curves, which classes it takes for which, and how
 * well it knows each. One file like {@link HtmlReport}, under the same name.
 *
 * @param data of the page, with the curves of the trainings; the gate of each is its name in the
 *     charts
 * @param scores what was measured side by side
 * @param evaluation class by class; empty before it was measured
 */
public record ClassReport(
    ReportData data, List<ClassScores> scores, Optional<ClassEvaluation> evaluation) {

  /** The page. */
  public String html() {
    return HtmlReport.page(
        "classes",
        data,
        data.runs().stream().map(run -> Series.of(run.gate(), run)).toList(),
        Map.of(
            "scores", Html.table("Scores", ClassScoreTable.table(scores)),
            "evaluation", evaluation.map(ClassReport::measured).orElse(""),
            "confusion", evaluation.map(Named::of).map(Html::embeddedJson).orElse("null")));
  }

  private static String measured(ClassEvaluation evaluation) {
    return Resources.fill(
        Resources.local("measured.html"),
        Map.of(
            "measured", Html.escape(evaluation.texts()),
            "classes", Html.table("Classes", ClassScoreTable.table(evaluation))));
  }

  /**
   * A confusion as the page's script reads it.
   *
   * @param texts of each class
   * @param counts class, what it was named, and how many texts were, where there are any
   */
  record Named(List<String> labels, List<Integer> texts, List<List<Integer>> counts) {

    static Named of(ClassEvaluation evaluation) {
      Confusion confusion = evaluation.confusion();
      List<List<Integer>> counts = new ArrayList<>();
      List<Integer> texts = new ArrayList<>();
      for (int label = 0; label < confusion.classes(); label++) {
        texts.add(confusion.of(label).examples());
        for (int named = 0; named < confusion.classes(); named++) {
          int count = confusion.count(label, named);
          if (count > 0) {
            counts.add(List.of(label, named, count));
          }
        }
      }
      return new Named(evaluation.labels(), texts, counts);
    }
  }
}
