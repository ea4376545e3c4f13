package io.evomoe.bench.cli;

import io.evomoe.bench.report.HtmlReport;
import io.evomoe.bench.report.LiveReport;
import io.evomoe.bench.report.ReportData;
import io.evomoe.internal.names.FieldBound;
import io.evomoe.run.tensorboard.TensorBoard;
import io.evomoe.training.Callback;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Options on how runs are watched, shared by the commands that train them. */
final class WatchOptions {
  @Option(
      names = "--tensorboard",
      description =
          "also write TensorBoard event files to tensorboard/ in each run folder; a run that has some gets more without this option")
  boolean tensorboard;

  @Option(
      names = "--report-every",
      paramLabel = "SECONDS",
      description = "seconds between updates of report.html, 0 for one at the end")
  long reportEvery = 10;

  /** Rejects a time below zero, before anything is read or written. */
  void requireValid() {
    FieldBound.atLeast("--report-every", reportEvery, 0);
  }

  /** A page that is written while runs go. */
  LiveReport page(Path folder, ReportData over, String metricName) {
    return new LiveReport(folder.resolve(HtmlReport.NAME), reportEvery, over, metricName);
  }

  /**
   * What is told of a run.
   *
   * @param others beside its page and its event files
   */
  Callback[] callbacks(Path run, LiveReport page, Callback... others) {
    List<Callback> all = new ArrayList<>();
    all.add(page);
    all.addAll(List.of(others));
    if (tensorboard || TensorBoard.isIn(run)) {
      all.add(TensorBoard.in(run));
    }
    return all.toArray(Callback[]::new);
  }
}
