package io.evomoe.run.record;

import io.evomoe.run.config.RunConfig;
import io.evomoe.training.CheckpointWriter;
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
  private final boolean annealed;
  private boolean warm;
  private Measured measured;

  /**
   * Records the steps of a training.
   *
   * @param task that the rows name, or the part of one
   * @param earlier the rows that {@code file} already holds; the run's clock goes on from the last
   *     one
   */
  public RunRecording(String task, String gate, long seed, CurveFile file, List<CurveRow> earlier) {
    this(task, gate, seed, file, earlier, Measured.NOTHING, true, false);
  }

  private RunRecording(
      String task,
      String gate,
      long seed,
      CurveFile file,
      List<CurveRow> earlier,
      Measured before,
      boolean annealed,
      boolean warm) {
    this.task = task;
    this.gate = gate;
    this.seed = seed;
    this.file = file;
    this.rows = new ArrayList<>(earlier);
    this.measured = before;
    this.annealed = annealed;
    this.warm = warm;
    this.earlierSeconds = earlier.isEmpty() ? 0 : earlier.get(earlier.size() - 1).wallSeconds();
  }

  /**
   * Records the steps of a run. Rows leave the temperature empty if the gate does not look at it;
   * the first step does not count for the speed, as it has kernels to compile.
   *
   * @param earlier the rows that {@code file} already holds
   * @param before what was measured in these rows
   */
  public static RunRecording ofSteps(
      RunConfig config, CurveFile file, List<CurveRow> earlier, Measured before) {
    return of(config, file, earlier, before, false);
  }

  /** The same of a run in rounds, of which the first counts for the speed as well. */
  public static RunRecording ofRounds(
      RunConfig config, CurveFile file, List<CurveRow> earlier, Measured before) {
    return of(config, file, earlier, before, true);
  }

  private static RunRecording of(
      RunConfig config, CurveFile file, List<CurveRow> earlier, Measured before, boolean warm) {
    return new RunRecording(
        config.task(),
        config.gate(),
        config.seed(),
        file,
        earlier,
        before,
        config.provider().annealed(),
        warm);
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

  /**
   * Writes each checkpoint after the curve up to it is on the disk, and what was measured in it.
   */
  public CheckpointWriter saving(CheckpointWriter checkpoints) {
    return state -> {
      force();
      return checkpoints.write(state.with(measured.notes()));
    };
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
