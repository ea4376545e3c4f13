package io.evomoe.run.record;

import io.evomoe.nn.RoutingReport;
import java.util.List;

/**
 * The curves of one run.
 *
 * @param task {@code gpt}, {@code roberta} or {@code mt}
 * @param gate the gate's name
 * @param seed seed of the run
 * @param rows rows by step
 * @param lastRouting the last report of each MoE layer; empty for a dense run
 */
public record RecordedRun(
    String task, String gate, long seed, List<CurveRow> rows, List<RoutingReport> lastRouting) {

  /** Keeps the lists unmodifiable. */
  public RecordedRun {
    rows = List.copyOf(rows);
    lastRouting = List.copyOf(lastRouting);
  }

  /** Returns a copy with another name than the gate's, as {@link RunResult#labelled}. */
  public RecordedRun labelled(String label) {
    return new RecordedRun(task, label, seed, rows, lastRouting);
  }

  /** Whether a result belongs to this run. */
  public boolean gave(RunResult result) {
    return task.equals(result.task()) && gate.equals(result.gate()) && seed == result.seed();
  }
}
