package io.evomoe.bench.report;

import io.evomoe.run.record.Outcome;
import java.util.Optional;

/** What is known so far of runs that are trained one after another. */
public class RunsReport implements LiveReport.Content {
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

  @Override
  public ReportData with(Optional<Outcome> going) {
    return going.map(run -> over.plus(label.isEmpty() ? run : run.labelled(label))).orElse(over);
  }

  @Override
  public String metricName() {
    return metricName;
  }

  @Override
  public String place() {
    return place;
  }
}
