package io.evomoe.bench.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.bench.report.Html.Resources;
import io.evomoe.internal.files.AtomicFile;
import io.evomoe.run.record.DataChange;
import io.evomoe.training.RecordedRun;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * report.html: one file that holds style, script, chart library and data, and opens without a
 * network.
 */
public final class HtmlReport {

  /** The file's name in the output folder. */
  public static final String NAME = "report.html";

  /** Without the step, so that a reader's choice of gates outlasts it. */
  private static final String RUNNING = " (running)";

  private HtmlReport() {}

  /**
   * Writes the report; a reader sees either the old file or the whole new one.
   *
   * @throws IllegalArgumentException if the folder cannot be created or written
   */
  public static void write(Path file, ReportData data) {
    AtomicFile.write(file, html(data));
  }

  static String html(ReportData data) {
    SummaryTable summary = SummaryTable.of(data.results(), data::standing);
    String means = summary.means().map(table -> Html.table("Means over seeds", table)).orElse("");
    return page(
        "report",
        data,
        series(data),
        Map.of(
            "runs",
            Html.table("Runs", summary.runs()),
            "means",
            means,
            "samples",
            LookHtml.samples(data.looks()),
            "changes",
            LookHtml.changes(data.changes()),
            "experts",
            LookHtml.experts(data.looks())));
  }

  /**
   * A page.
   *
   * @param name of the template of its content, and of its script
   * @param own values of its content
   */
  static String page(
      String name, ReportData data, List<ObjectNode> series, Map<String, String> own) {
    Map<String, String> values = new HashMap<>();
    values.put("content", Resources.fill(Resources.local(name + ".html"), own));
    values.put("live", data.live().map(Html::live).orElseGet(() -> Html.stopped(data.results())));
    values.put("title", Html.escape(data.title()));
    values.put("note", Html.escape(data.note()));
    values.put("style", Resources.local("report.css"));
    values.put("description", Html.description(data.description()));
    values.put("data", Html.embeddedJson(series));
    values.put("echarts", Resources.echarts());
    values.put("script", Resources.script(name));
    return Resources.fill(Resources.local("page.html"), values);
  }

  private static List<ObjectNode> series(ReportData data) {
    boolean oneTask = data.runs().stream().map(RecordedRun::task).distinct().count() == 1;
    return data.runs().stream()
        .map(
            run -> {
              String gate = oneTask ? run.gate() : run.task() + " " + run.gate();
              ObjectNode series = Series.of(gate + standing(run, data), run);
              for (DataChange change : data.changes()) {
                series
                    .withArray("changes")
                    .addObject()
                    .put("step", change.step())
                    .put("label", LookHtml.label(change));
              }
              return series;
            })
        .toList();
  }

  /** A run that is not over stands for itself in the charts: it is no seed among finished ones. */
  private static String standing(RecordedRun run, ReportData data) {
    return data.results().stream()
        .filter(result -> result.isResultOf(run))
        .findFirst()
        .map(result -> data.isRunning(result) ? RUNNING : result.interruption())
        .orElse("");
  }
}
