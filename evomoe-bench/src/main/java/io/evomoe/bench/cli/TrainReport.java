package io.evomoe.bench.cli;

import io.evomoe.bench.report.LiveReport;
import io.evomoe.bench.report.ReportData;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.record.Outcome;
import io.evomoe.run.task.TaskData;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The report on one run. */
final class TrainReport implements LiveReport.Content {
  private final ReportData empty;
  private final String metricName;
  private @Nullable Outcome outcome;

  /**
   * The report on a run before its first step.
   *
   * @param sources of its data, as they were given
   */
  TrainReport(RunConfig config, TaskData<?, ?> data, List<String> sources) {
    metricName = data.metricName();
    empty =
        new ReportData(
            String.format(
                Locale.ROOT,
                "EvoMoE training: %s, %s, seed %d",
                config.task(),
                config.gate(),
                config.seed()),
            DataNote.of(sources, Optional.of(data.description())),
            Description.of(data, config),
            List.of(),
            List.of());
  }

  /** The run has come to an end. */
  void end(Outcome came) {
    outcome = came;
  }

  @Override
  public ReportData with(Optional<LiveReport.Going> going) {
    Outcome over = outcome;
    if (over != null) {
      return empty.plus(over.result(), over.recorded());
    }
    return going.map(run -> empty.plus(run.result(), run.recorded())).orElse(empty);
  }

  @Override
  public String metricName() {
    return metricName;
  }
}
