package io.evomoe.bench.study;

import io.evomoe.run.record.RunResult;
import io.evomoe.training.StepRecord;
import java.util.List;

/**
 * A run of a study that is over.
 *
 * @param result its end
 * @param rows its curve, thinned
 */
public record StudyRecord(RunResult result, List<StepRecord> rows) {
  /** Keeps the rows unmodifiable. */
  public StudyRecord {
    rows = List.copyOf(rows);
  }

  /** The rows that have a validation loss. */
  List<StepRecord> evaluations() {
    return rows.stream().filter(StepRecord::evaluated).toList();
  }
}
