package io.evomoe.run.record;

import io.evomoe.training.RecordedRun;

/**
 * The outcome of a run.
 *
 * @param result for the table and result.json
 * @param recorded its curves
 */
public record Outcome(RunResult result, RecordedRun recorded) {

  /** Returns a copy with another name than the gate's. */
  public Outcome labelled(String label) {
    return new Outcome(result.labelled(label), recorded.labelled(label));
  }
}
