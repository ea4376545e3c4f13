package io.evomoe.bench.report;

import io.evomoe.internal.files.AtomicFile;
import io.evomoe.training.RecordedRun;
import java.nio.file.Path;
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
    return Resources.fill(
        Resources.local("report.html"),
        Map.of(
            "live", data.live().map(Html::live).orElse(""),
            "title", Html.escape(data.title()),
            "note", Html.escape(data.note()),
            "style", Resources.local("report.css"),
            "description", Html.description(data.description()),
            "runs", Html.table("Runs", summary.runs()),
            "means", summary.means().map(table -> Html.table("Means over seeds", table)).orElse(""),
            "data", Html.embeddedJson(series(data)),
            "echarts", Resources.echarts(),
            "script", Resources.script("live.js", "report.js")));
  }

  private static List<Series> series(ReportData data) {
    boolean oneTask = data.runs().stream().map(RecordedRun::task).distinct().count() == 1;
    return data.runs().stream()
        .map(
            run -> {
              String gate = oneTask ? run.gate() : run.task() + " " + run.gate();
              return Series.of(gate + standing(run, data), run);
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
