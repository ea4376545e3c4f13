package io.evomoe.bench.report;

import io.evomoe.models.metrics.Confusion;
import io.evomoe.run.record.ClassEvaluation;
import io.evomoe.run.record.ClassScores;
import io.evomoe.training.RecordedRun;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The report on a fine-tuned classifier: scores, curves, which classes it takes for which, and how
 * well it knows each. One file like {@link HtmlReport}, under the same name.
 *
 * @param title of the page
 * @param note what the data was, and what the numbers compare with
 * @param description the header lines in order
 * @param scores what was measured side by side
 * @param evaluation class by class; empty before it was measured
 * @param curves of the trainings; the gate of each is its name in the charts
 * @param live what goes on; empty when all is over
 */
public record ClassReport(
    String title,
    String note,
    Map<String, String> description,
    List<ClassScores> scores,
    Optional<ClassEvaluation> evaluation,
    List<RecordedRun> curves,
    Optional<ReportData.Live> live) {

  /** Keeps the collections unmodifiable and the description's order. */
  public ClassReport {
    description = Collections.unmodifiableMap(new LinkedHashMap<>(description));
    scores = List.copyOf(scores);
    curves = List.copyOf(curves);
  }

  /** The page. */
  public String html() {
    return HtmlReport.page(
        "classes",
        new ReportData(title, note, description, List.of(), curves, live),
        curves.stream().map(run -> Series.of(run.gate(), run)).toList(),
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
            "classes", Html.table("Classes", ClassEvaluationTable.table(evaluation))));
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
