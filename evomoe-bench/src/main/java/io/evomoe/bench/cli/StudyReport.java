package io.evomoe.bench.cli;

import io.evomoe.bench.report.LiveReport;
import io.evomoe.bench.report.ReportData;
import io.evomoe.bench.study.Study;
import io.evomoe.bench.study.StudyCharts;
import io.evomoe.bench.study.StudyRun;
import io.evomoe.run.config.RunConfig;
import java.util.Map;
import java.util.Optional;

/** The report on a study: what is recorded, and the run that goes under the name it has there. */
final class StudyReport implements LiveReport.Content {
  private final Study study;
  private final String note;
  private final String metricName;
  private Map<String, String> description = Map.of();
  private ReportData recorded;
  private String label = "";
  private String place = "";

  /**
   * The report on what is recorded by now.
   *
   * @param note what the data was
   */
  StudyReport(Study study, String note, String metricName) {
    this.study = study;
    this.note = note;
    this.metricName = metricName;
    this.recorded = recorded();
  }

  /** Reads what is recorded. */
  private ReportData recorded() {
    return new StudyCharts(study).report(note, description);
  }

  /**
   * A run begins.
   *
   * @param where which one of how many
   */
  void begin(StudyRun run, RunConfig settings, String where) {
    description = Description.ofStudy(settings);
    recorded = recorded();
    label = run.part() == StudyRun.Part.RATE ? run.name() : run.label();
    place = where;
  }

  /** A run is recorded. */
  void over() {
    recorded = recorded();
  }

  @Override
  public ReportData with(Optional<LiveReport.Going> going) {
    return going
        .map(run -> recorded.plus(run.result().labelled(label), run.recorded().labelled(label)))
        .orElse(recorded);
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
