package io.evomoe.bench.report;

import io.evomoe.run.record.RecordedRun;
import io.evomoe.run.record.RunResult;
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
    List<RecordedRun> runs) {

  /** Keeps the collections unmodifiable and the description's order. */
  public ReportData {
    description = Collections.unmodifiableMap(new LinkedHashMap<>(description));
    results = List.copyOf(results);
    runs = List.copyOf(runs);
  }
}
