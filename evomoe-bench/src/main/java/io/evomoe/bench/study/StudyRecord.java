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

  /** The validation loss after a step; NaN if it was not measured then. */
  double lossAt(long step) {
    return evaluations().stream()
        .filter(row -> row.step() == step)
        .mapToDouble(StepRecord::validLoss)
        .findFirst()
        .orElse(Double.NaN);
  }
}
