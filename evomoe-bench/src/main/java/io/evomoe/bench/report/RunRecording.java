package io.evomoe.bench.report;

import io.evomoe.nn.RoutingReport;
import io.evomoe.training.StepReport;
import io.evomoe.training.TrainingListener;
import java.util.ArrayList;
import java.util.List;

/** Listens to one run: writes its curve, and keeps what the report will show of it. */
public final class RunRecording implements TrainingListener {

  private final String task;
  private final String gate;
  private final long seed;
  private final CurveFile file;
  private final List<CurveRow> rows;
  private final double earlierSeconds;
  private boolean annealed = true;
  private List<RoutingReport> lastRouting = List.of();

  /** Records a run that starts at its first step. */
  public RunRecording(String task, String gate, long seed, CurveFile file) {
    this(task, gate, seed, file, List.of());
  }

  /**
   * Records a run that resumes.
   *
   * @param earlier the rows that {@code file} already holds; the run's clock goes on from the last
   *     one
   */
  public RunRecording(String task, String gate, long seed, CurveFile file, List<CurveRow> earlier) {
    this.task = task;
    this.gate = gate;
    this.seed = seed;
    this.file = file;
    this.rows = new ArrayList<>(earlier);
    this.earlierSeconds = earlier.isEmpty() ? 0 : earlier.get(earlier.size() - 1).wallSeconds();
  }

  @Override
  public void onStep(StepReport report) {
    CurveRow measured = CurveRow.of(task, gate, seed, report).later(earlierSeconds);
    CurveRow row = annealed ? measured : measured.withoutTemperature();
    file.append(row);
    rows.add(row);
    lastRouting = report.routing();
  }

  /** From now on rows leave the temperature empty: the gate does not look at it. */
  public void leaveOutTemperature() {
    annealed = false;
  }

  /** The run up to now. */
  public ReportData.Run run() {
    return new ReportData.Run(task, gate, seed, rows, lastRouting);
  }
}
