package io.evomoe.bench.report;

import io.evomoe.run.record.Outcome;
import java.util.Optional;

/** What is known so far of runs that are trained one after another. */
public class RunsReport {
  private final String metricName;
  private ReportData over;
  private String label = "";
  private String place = "";

  /**
   * The report before its first run.
   *
   * @param over all that is over
   * @param metricName name of the metric of the runs
   */
  public RunsReport(ReportData over, String metricName) {
    this.over = over;
    this.metricName = metricName;
  }

  /**
   * A run begins.
   *
   * @param runLabel name of the run in the page; empty for that of its gate
   * @param which of how many, for people; empty of one
   */
  public final void begin(String runLabel, String which) {
    label = runLabel;
    place = which;
  }

  /** A run is over, or was stopped. */
  public final void add(Outcome outcome) {
    over = over.plus(outcome);
  }

  /** All that is over by now. */
  public final void replace(ReportData all) {
    over = all;
  }

  /** All that is over, and last the run that goes, or was broken off, where there is one. */
  public ReportData with(Optional<Outcome> going) {
    return going.map(run -> over.plus(label.isEmpty() ? run : run.labelled(label))).orElse(over);
  }

  /** The page that shows it. */
  public String html(ReportData data) {
    return HtmlReport.html(data);
  }

  /** Name of the metric of its runs. */
  final String metricName() {
    return metricName;
  }

  /** Which of several runs goes, for people; empty of one. */
  public final String place() {
    return place;
  }
}
