package io.evomoe.bench.report;

import io.evomoe.bench.report.Html.Resources;
import io.evomoe.run.record.FineTuned.ClassEvaluation;
import io.evomoe.run.record.FineTuned.ClassScores;
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
            "evaluation", evaluation.map(ClassReport::measured).orElse("")));
  }

  private static String measured(ClassEvaluation evaluation) {
    return Resources.fill(
        Resources.local("measured.html"),
        Map.of(
            "measured", Html.escape(evaluation.texts()),
            "confusion", ConfusionHtml.of(evaluation),
            "classes", Html.table("Classes", ClassScoreTable.table(evaluation))));
  }
}
