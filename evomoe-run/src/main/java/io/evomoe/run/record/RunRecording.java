package io.evomoe.run.record;

import io.evomoe.run.config.RunConfig;
import io.evomoe.training.CheckpointWriter;
import io.evomoe.training.Progress;
import io.evomoe.training.StepReport;
import io.evomoe.training.TrainingListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Listens to one run: writes its curve, keeps what the report will show of it, and lets a {@link
 * RunWatcher} know of each step.
 */
public final class RunRecording implements TrainingListener {

  private final String task;
  private final String gate;
  private final long seed;
  private final CurveFile file;
  private final List<CurveRow> rows;
  private final double earlierSeconds;
  private final boolean annealed;
  private final RunWatcher watcher;
  private final long plannedSteps;
  private final @Nullable String part;
  private boolean warm;
  private Measured measured;
  private @Nullable StepRecord last;

  /**
   * Records the steps of a training.
   *
   * @param task that the rows name, or the part of one
   * @param earlier the rows that {@code file} already holds; the run's clock goes on from the last
   *     one
   */
  public RunRecording(String task, String gate, long seed, CurveFile file, List<CurveRow> earlier) {
    this(task, gate, seed, file, earlier, Measured.NOTHING, true, RunWatcher.NONE, false, 0, null);
  }

  private RunRecording(
      String task,
      String gate,
      long seed,
      CurveFile file,
      List<CurveRow> earlier,
      Measured before,
      boolean annealed,
      RunWatcher watcher,
      boolean warm,
      long plannedSteps,
      @Nullable String part) {
    this.task = task;
    this.gate = gate;
    this.seed = seed;
    this.file = file;
    this.rows = new ArrayList<>(earlier);
    this.measured = before;
    this.annealed = annealed;
    this.watcher = watcher;
    this.plannedSteps = plannedSteps;
    this.part = part;
    this.warm = warm;
    this.earlierSeconds = earlier.isEmpty() ? 0 : earlier.get(earlier.size() - 1).wallSeconds();
  }

  /**
   * Records the steps of a run. Rows leave the temperature empty if the gate does not look at it;
   * the first step does not count for the speed, as it has kernels to compile.
   *
   * @param earlier the rows that {@code file} already holds
   * @param before what was measured in these rows
   * @param watcher told by {@link #watching}
   */
  public static RunRecording ofSteps(
      RunConfig config,
      CurveFile file,
      List<CurveRow> earlier,
      Measured before,
      RunWatcher watcher) {
    return of(config.task(), config, file, earlier, before, watcher, false, null);
  }

  /** The same of a run in rounds, of which the first counts for the speed as well. */
  public static RunRecording ofRounds(
      RunConfig config,
      CurveFile file,
      List<CurveRow> earlier,
      Measured before,
      RunWatcher watcher) {
    return of(config.task(), config, file, earlier, before, watcher, true, null);
  }

  /**
   * The same of one of several trainings in a folder, which share its curve and its log.
   *
   * @param part name of it, which rows have in place of the task
   * @param config of the network, with the part's seed and training
   */
  public static RunRecording ofPart(
      String part,
      RunConfig config,
      CurveFile file,
      List<CurveRow> earlier,
      Measured before,
      RunWatcher watcher) {
    return of(part, config, file, earlier, before, watcher, false, part);
  }

  private static RunRecording of(
      String task,
      RunConfig config,
      CurveFile file,
      List<CurveRow> earlier,
      Measured before,
      RunWatcher watcher,
      boolean warm,
      @Nullable String part) {
    return new RunRecording(
        task,
        config.gate(),
        config.seed(),
        file,
        earlier,
        before,
        config.provider().annealed(),
        watcher,
        warm,
        config.training().steps(),
        part);
  }

  @Override
  public void onStep(StepReport report) {
    CurveRow whole = CurveRow.of(task, gate, seed, report).later(earlierSeconds);
    CurveRow row = annealed ? whole : whole.withoutTemperature();
    file.append(row);
    measured = warm ? timed(report) : measured;
    if (row.activeExperts().isPresent()) {
      measured = measured.routed(report.routing());
    }
    warm = true;
    rows.add(row);
    last = StepRecord.of(row, report);
  }

  /** Tells the watcher what was recorded; to be told of everything after this recording. */
  public TrainingListener watching() {
    return new TrainingListener() {
      @Override
      public void onStart(Progress from, Runnable requestStop) {
        watcher.onBegin(from.step(), RunRecording.this);
      }

      @Override
      public void onStep(StepReport report) {
        StepRecord step = last;
        if (step == null || step.step() != report.step()) {
          throw new IllegalStateException("step %d was not recorded".formatted(report.step()));
        }
        watcher.onStep(step, RunRecording.this);
      }

      @Override
      public void onEnd(Progress to) {
        watcher.onEnd(RunRecording.this);
      }
    };
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
    watcher.onSave();
  }

  /** What was measured up to now beside the curve. */
  public Measured measured() {
    return measured;
  }

  /**
   * The result up to now, but for the metric, which needs the model; empty before the first step.
   *
   * @param metricName name of the metric
   */
  public Optional<RunResult> soFar(String metricName) {
    if (rows.isEmpty()) {
      return Optional.empty();
    }
    CurveRow end = rows.get(rows.size() - 1);
    CurveRow routed = rows.get(lastRouted());
    return Optional.of(
        new RunResult(
            task,
            gate,
            seed,
            end.step(),
            end.tokens(),
            end.trainFlops(),
            lastValidLoss(),
            Double.NaN,
            metricName,
            measured.tokensPerSecond(),
            routed.activeExperts().orElse(Double.NaN),
            routed.dropRate().orElse(Double.NaN),
            routed.loadEntropy().orElse(Double.NaN),
            end.wallSeconds(),
            plannedSteps));
  }

  /** Index of the last row, but for steps that were skipped before they routed anything. */
  private int lastRouted() {
    for (int i = rows.size() - 1; i > 0; i--) {
      if (rows.get(i).activeExperts().isPresent()) {
        return i;
      }
    }
    return 0;
  }

  /** The result of a run that was stopped before its first step: no loss was measured. */
  public RunResult begun(String metricName) {
    return new RunResult(
        task,
        gate,
        seed,
        0,
        0,
        0,
        Double.NaN,
        Double.NaN,
        metricName,
        measured.tokensPerSecond(),
        Double.NaN,
        Double.NaN,
        Double.NaN,
        0,
        plannedSteps);
  }

  private double lastValidLoss() {
    for (int i = rows.size() - 1; i >= 0; i--) {
      if (rows.get(i).validLoss().isPresent()) {
        return rows.get(i).validLoss().getAsDouble();
      }
    }
    return Double.NaN;
  }

  /** Which of several trainings in a folder this is; empty of one that has a folder of its own. */
  public Optional<String> part() {
    return Optional.ofNullable(part);
  }

  /** The run up to now. */
  public RecordedRun run() {
    return new RecordedRun(task, gate, seed, rows, measured.routing());
  }
}
