package io.evomoe.bench.report;

import io.evomoe.internal.files.AtomicFile;
import io.evomoe.run.record.RecordedRun;
import io.evomoe.run.record.RunResult;
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
            "title", Html.escape(data.title()),
            "note", Html.escape(data.note()),
            "style", Resources.local("report.css"),
            "description", Html.description(data.description()),
            "runs", Html.table("Runs", summary.runs()),
            "means", summary.means().map(table -> Html.table("Means over seeds", table)).orElse(""),
            "data", Html.embeddedJson(series(data)),
            "echarts", Resources.echarts(),
            "script", Resources.script("report.js")));
  }

  private static List<Series> series(ReportData data) {
    boolean oneTask = data.runs().stream().map(RecordedRun::task).distinct().count() == 1;
    return data.runs().stream()
        .map(
            run -> {
              String gate = oneTask ? run.gate() : run.task() + " " + run.gate();
              return Series.of(gate + interruption(run, data.results()), run);
            })
        .toList();
  }

  /** An interrupted run stands for itself in the charts: it is no seed among finished ones. */
  private static String interruption(RecordedRun run, List<RunResult> results) {
    return results.stream().filter(run::gave).findFirst().map(RunResult::interruption).orElse("");
  }
}
