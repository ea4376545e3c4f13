package io.evomoe.bench.cli;

import io.evomoe.bench.report.HtmlReport;
import io.evomoe.bench.report.LiveReport;
import io.evomoe.bench.report.ReportData;
import io.evomoe.bench.report.SummaryTable;
import io.evomoe.run.record.Annealing;
import io.evomoe.run.record.Outcome;
import io.evomoe.run.record.ResultFile;
import io.evomoe.run.record.RunResult;
import io.evomoe.run.task.TaskData;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What is known so far of a comparison. */
final class CompareReport implements LiveReport.Content {
  private final Path folder;
  private final ReportData empty;
  private final String metricName;
  private final int runs;
  private final List<Outcome> outcomes = new ArrayList<>();

  /**
   * The report on a comparison before its first run.
   *
   * @param sources of its data, as they were given
   * @param description the report's header lines
   * @param runs how many there will be
   */
  CompareReport(
      Path folder,
      String task,
      TaskData<?, ?> data,
      List<String> sources,
      Map<String, String> description,
      int runs) {
    this.folder = folder;
    this.runs = runs;
    metricName = data.metricName();
    String note = DataNote.of(sources, Optional.of(data.description()));
    empty = new ReportData("EvoMoE comparison: " + task, note, description, List.of(), List.of());
  }

  /** A run is over; result.json has it from now on. */
  void add(Outcome outcome) {
    outcomes.add(outcome);
    ResultFile.write(folder.resolve(ResultFile.NAME), results());
  }

  private List<RunResult> results() {
    return outcomes.stream().map(Outcome::result).toList();
  }

  void print(PrintStream console, String measured) {
    console.println();
    console.println(SummaryTable.of(results()).text(StandardOutput.columns()));
    console.println(measured);
    outcomes.forEach(run -> Annealing.of(run.recorded()).ifPresent(a -> console.println(a.text())));
    console.printf("Charts: %s%n", folder.resolve(HtmlReport.NAME));
  }

  @Override
  public ReportData with(Optional<LiveReport.Going> going) {
    ReportData data = empty;
    for (Outcome outcome : outcomes) {
      data = data.plus(outcome.result(), outcome.recorded());
    }
    ReportData over = data;
    return going.map(run -> over.plus(run.result(), run.recorded())).orElse(over);
  }

  @Override
  public String metricName() {
    return metricName;
  }

  @Override
  public String place() {
    return runs == 1
        ? ""
        : String.format(Locale.ROOT, "run %d of %d", Math.min(outcomes.size() + 1, runs), runs);
  }
}
