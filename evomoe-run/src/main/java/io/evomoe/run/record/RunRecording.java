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
 * Records one run: writes its curve, keeps the measurements of the report, and calls a {@link
 * RunWatcher} for each step.
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
   * @param task name of the task, or of the part, in the rows
   * @param earlier the rows that {@code file} already has; the run's clock continues from the last
   *     row
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
   * Records the steps of a run. Rows leave the temperature empty if the gate does not use it. The
   * first step does not count for the speed, because it compiles kernels.
   *
   * @param earlier the rows that {@code file} already has
   * @param before measurements of these rows
   * @param watcher called by {@link #watching}
   */
  public static RunRecording ofSteps(
      RunConfig config,
      CurveFile file,
      List<CurveRow> earlier,
      Measured before,
      RunWatcher watcher) {
    return of(config.task(), config, file, earlier, before, watcher, false, null);
  }

  /** Records a run in rounds; the first round counts for the speed as well. */
  public static RunRecording ofRounds(
      RunConfig config,
      CurveFile file,
      List<CurveRow> earlier,
      Measured before,
      RunWatcher watcher) {
    return of(config.task(), config, file, earlier, before, watcher, true, null);
  }

  /**
   * Records one of several trainings in a folder that share a curve and a log.
   *
   * @param part name of the training, in place of the task in the rows
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

  /**
   * Returns a listener that passes recorded steps to the watcher; register it after this recording.
   */
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
   * Wraps a writer so that each checkpoint comes after the curve on the disk, and has the
   * measurements.
   */
  public CheckpointWriter saving(CheckpointWriter checkpoints) {
    return state -> {
      force();
      return checkpoints.write(state.with(measured.notes()));
    };
  }

  /** Forces the curve to the disk, so that no later checkpoint can be newer than the curve. */
  public void force() {
    file.force();
    watcher.onSave();
  }

  /** Returns the measurements up to now that are not in the curve. */
  public Measured measured() {
    return measured;
  }

  /**
   * Returns the result up to now without the metric, which needs the model; empty before the first
   * step.
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

  /** Index of the last row, except skipped steps that routed nothing. */
  private int lastRouted() {
    for (int i = rows.size() - 1; i > 0; i--) {
      if (rows.get(i).activeExperts().isPresent()) {
        return i;
      }
    }
    return 0;
  }

  /** Returns the result of a run that was stopped before its first step, without a loss. */
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

  /** Returns the name of this part, if several trainings share the folder. */
  public Optional<String> part() {
    return Optional.ofNullable(part);
  }

  /** Returns the run up to now. */
  public RecordedRun run() {
    return new RecordedRun(task, gate, seed, rows, measured.routing());
  }
}
