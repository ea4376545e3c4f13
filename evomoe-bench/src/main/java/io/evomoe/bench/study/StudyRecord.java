package io.evomoe.bench.study;

import io.evomoe.run.record.CurveRow;
import io.evomoe.run.record.RunResult;
import java.util.List;

/**
 * A run of a study that is over.
 *
 * @param result its end
 * @param rows its curve, thinned
 */
public record StudyRecord(RunResult result, List<CurveRow> rows) {
  /** Keeps the rows unmodifiable. */
  public StudyRecord {
    rows = List.copyOf(rows);
  }

  /** The rows that have a validation loss. */
  List<CurveRow> evaluations() {
    return rows.stream().filter(row -> row.validLoss().isPresent()).toList();
  }
}
