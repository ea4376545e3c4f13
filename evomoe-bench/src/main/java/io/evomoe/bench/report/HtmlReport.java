package io.evomoe.bench.report;

import static java.util.stream.Collectors.joining;

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
    SummaryTable summary = SummaryTable.of(data.results());
    return Resources.fill(
        Resources.local("report.html"),
        Map.of(
            "title", Html.escape("EvoMoE comparison: " + tasks(data)),
            "style", Resources.local("report.css"),
            "description", Html.description(data.description()),
            "runs", Html.table(summary.runs()),
            "means", summary.means().map(Html::table).orElse(""),
            "data", Html.embeddedJson(series(data.runs())),
            "echarts", Resources.echarts(),
            "script", Resources.local("report.js")));
  }

  private static String tasks(ReportData data) {
    return data.results().stream().map(RunResult::task).distinct().collect(joining(", "));
  }

  private static List<Series> series(List<ReportData.Run> runs) {
    boolean oneTask = runs.stream().map(ReportData.Run::task).distinct().count() == 1;
    return runs.stream()
        .map(run -> Series.of(oneTask ? run.gate() : run.task() + " " + run.gate(), run))
        .toList();
  }
}
