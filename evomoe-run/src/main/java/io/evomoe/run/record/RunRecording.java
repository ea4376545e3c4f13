package io.evomoe.run.record;

import io.evomoe.training.CheckpointWriter;
import io.evomoe.training.Progress;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.RunName;
import io.evomoe.training.StepRecord;
import io.evomoe.training.TrainingListener;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Records one run: writes its curve, keeps its steps, and calls a {@link RunWatcher} for each. */
public final class RunRecording implements TrainingListener {

  private final RunName name;
  private final CurveFile file;
  private final RecordedRun.Collector steps;
  private final double earlierSeconds;
  private final RunWatcher watcher;
  private final long plannedSteps;
  private @Nullable StepRecord last;

  /**
   * Records the steps of a run.
   *
   * @param earlier the steps that {@code file} already has; the run's clock continues from the last
   * @param plannedSteps steps of the whole run
   * @param watcher called by {@link #watching}
   */
  public RunRecording(CurveFile file, RecordedRun earlier, long plannedSteps, RunWatcher watcher) {
    this.name = earlier.name();
    this.file = file;
    this.steps = new RecordedRun.Collector(earlier);
    this.watcher = watcher;
    this.plannedSteps = plannedSteps;
    List<StepRecord> before = earlier.steps();
    this.earlierSeconds = before.isEmpty() ? 0 : before.get(before.size() - 1).wallSeconds();
  }

  @Override
  public void onStep(StepRecord step) {
    StepRecord whole = step.timed(step.wallSeconds() + earlierSeconds, step.stepSeconds());
    file.append(name, whole);
    steps.add(whole);
    last = whole;
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
      public void onStep(StepRecord step) {
        StepRecord recorded = last;
        if (recorded == null || recorded.step() != step.step()) {
          throw new IllegalStateException("step %d was not recorded".formatted(step.step()));
        }
        watcher.onStep(recorded, RunRecording.this);
      }

      @Override
      public void onEnd(Progress to) {
        watcher.onEnd(RunRecording.this);
      }
    };
  }

  /** Wraps a writer so that each checkpoint comes after the curve on the disk. */
  public CheckpointWriter saving(CheckpointWriter checkpoints) {
    return state -> {
      force();
      return checkpoints.write(state);
    };
  }

  /** Forces the curve to the disk, so that no later checkpoint can be newer than the curve. */
  public void force() {
    file.force();
    watcher.onSave();
  }

  /** Returns the name of the run. */
  public RunName name() {
    return name;
  }

  /** Returns the run up to now. */
  public RecordedRun run() {
    return steps.recorded();
  }

  /**
   * Returns the result up to now without the metric, which needs the model; empty before the first
   * step.
   *
   * @param metricName name of the metric
   */
  public Optional<RunResult> soFar(String metricName) {
    RecordedRun run = run();
    return run.steps().isEmpty()
        ? Optional.empty()
        : Optional.of(RunResult.of(run, plannedSteps, metricName));
  }

  /** Returns the result of a run that was stopped before its first step, without a loss. */
  public RunResult begun(String metricName) {
    return RunResult.of(run(), plannedSteps, metricName);
  }
}
