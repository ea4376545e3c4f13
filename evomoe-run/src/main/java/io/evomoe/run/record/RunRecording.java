package io.evomoe.run.record;

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
  private boolean warm;
  private Measured measured;

  /** Records a run that starts at its first step. */
  public RunRecording(String task, String gate, long seed, CurveFile file) {
    this(task, gate, seed, file, List.of(), Measured.NOTHING);
  }

  /**
   * Records a run that resumes.
   *
   * @param earlier the rows that {@code file} already holds; the run's clock goes on from the last
   *     one
   * @param before what was measured in these rows
   */
  public RunRecording(
      String task,
      String gate,
      long seed,
      CurveFile file,
      List<CurveRow> earlier,
      Measured before) {
    this.task = task;
    this.gate = gate;
    this.seed = seed;
    this.file = file;
    this.rows = new ArrayList<>(earlier);
    this.measured = before;
    this.earlierSeconds = earlier.isEmpty() ? 0 : earlier.get(earlier.size() - 1).wallSeconds();
  }

  @Override
  public void onStep(StepReport report) {
    CurveRow whole = CurveRow.of(task, gate, seed, report).later(earlierSeconds);
    CurveRow row = annealed ? whole : whole.withoutTemperature();
    file.append(row);
    measured = (warm ? timed(report) : measured).routed(report.routing());
    warm = true;
    rows.add(row);
  }

  /** A report of several steps has the mean of their times. */
  private Measured timed(StepReport report) {
    long steps = 0;
    long tokens = 0;
    if (!rows.isEmpty()) {
      CurveRow before = rows.get(rows.size() - 1);
      steps = before.step();
      tokens = before.tokens();
    }
    return measured.timed(report.tokens() - tokens, (report.step() - steps) * report.stepSeconds());
  }

  /** From now on rows leave the temperature empty: the gate does not look at it. */
  public void leaveOutTemperature() {
    annealed = false;
  }

  /** From now on the first row counts for the speed: it has no kernels to compile. */
  public void timeFirst() {
    warm = true;
  }

  /** Forces the curve to the disk: what a checkpoint that comes after it must not be ahead of. */
  public void force() {
    file.force();
  }

  /** What was measured up to now beside the curve. */
  public Measured measured() {
    return measured;
  }

  /** The run up to now. */
  public RecordedRun run() {
    return new RecordedRun(task, gate, seed, rows, measured.routing());
  }
}
