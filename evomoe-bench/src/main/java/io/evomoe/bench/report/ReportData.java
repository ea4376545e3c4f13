package io.evomoe.bench.report;

import io.evomoe.nn.RoutingReport;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a report shows.
 *
 * @param title of the page: what was done, for example {@code EvoMoE comparison: gpt}
 * @param note what the data was, and what the numbers compare with
 * @param description the header lines in order, for example data, preset, commit, machine and
 *     command
 * @param results the summary table's rows
 * @param runs the charts' curves
 */
public record ReportData(
    String title,
    String note,
    Map<String, String> description,
    List<RunResult> results,
    List<Run> runs) {

  /** Keeps the collections unmodifiable and the description's order. */
  public ReportData {
    description = Collections.unmodifiableMap(new LinkedHashMap<>(description));
    results = List.copyOf(results);
    runs = List.copyOf(runs);
  }

  /**
   * The curves of one run.
   *
   * @param task {@code gpt}, {@code roberta} or {@code mt}
   * @param gate the gate's name
   * @param seed of the run
   * @param rows by step
   * @param lastRouting the last report of each MoE layer; empty for a dense run
   */
  public record Run(
      String task, String gate, long seed, List<CurveRow> rows, List<RoutingReport> lastRouting) {

    /** Keeps the lists unmodifiable. */
    public Run {
      rows = List.copyOf(rows);
      lastRouting = List.copyOf(lastRouting);
    }

    /** Whether a result is this run's. */
    boolean gave(RunResult result) {
      return task.equals(result.task()) && gate.equals(result.gate()) && seed == result.seed();
    }
  }
}
