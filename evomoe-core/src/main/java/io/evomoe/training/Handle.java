package io.evomoe.training;

import io.evomoe.training.RecordedRun.RunName;
import io.evomoe.training.TrainingState.CheckpointWriter;
import io.evomoe.training.TrainingState.Progress;
import io.evomoe.training.optimizer.Optimizer;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * What callbacks see of a {@link Trainer}, with their requests. An interrupt of the thread is a
 * request to stop. Its flag is cleared until the end, because files written by an interrupted
 * thread are closed.
 */
final class Handle implements Training {
  private final StepSource steps;
  private final long plannedSteps;
  private final Set<Request> requests = ConcurrentHashMap.newKeySet();
  private boolean interrupted;
  private IntFunction<Map<String, String>> samples = most -> Map.of();
  private Supplier<List<ExpertUse>> expertUse = List::of;
  private RecordedRun.Collector recorded;
  private RunName name;
  private double earlierSeconds;

  /** What a callback can ask for. */
  enum Request {
    STOP,
    EVALUATE,
    SAVE,
    END
  }

  Handle(StepSource steps, long plannedSteps, RunName name) {
    this.steps = steps;
    this.plannedSteps = plannedSteps;
    this.name = name;
    this.recorded = new RecordedRun.Collector(RecordedRun.none(name));
  }

  void continues(RecordedRun earlier) {
    name = earlier.name();
    recorded = new RecordedRun.Collector(earlier);
    int before = earlier.steps().size();
    earlierSeconds = before == 0 ? 0 : earlier.steps().get(before - 1).wallSeconds();
  }

  void observe(IntFunction<Map<String, String>> texts, Supplier<List<ExpertUse>> experts) {
    samples = texts;
    expertUse = experts;
  }

  /** Records a step, whose clock began with this trainer. */
  StepRecord record(StepRecord step, double wallSeconds, double stepSeconds) {
    StepRecord whole = step.timed(earlierSeconds + wallSeconds, stepSeconds);
    recorded.add(whole);
    return whole;
  }

  /** Returns whether something was requested since the last call. */
  boolean take(Request request) {
    return requests.remove(request);
  }

  boolean endRequested() {
    return requests.contains(Request.END);
  }

  void heedInterrupt() {
    if (Thread.interrupted()) {
      interrupted = true;
      requestStop();
    }
  }

  void restoreInterrupt() {
    if (interrupted) {
      interrupted = false;
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Writes a checkpoint, and writes it again if an interrupt prevented it.
   *
   * @param extra whether it is written only because it is the best one
   */
  Path write(CheckpointWriter checkpoints, boolean keepBest, boolean extra) {
    heedInterrupt();
    TrainingState state = noted(keepBest, extra);
    try {
      return checkpoints.write(state);
    } catch (UncheckedIOException e) {
      if (!Thread.currentThread().isInterrupted()) {
        throw e;
      }
      heedInterrupt();
      return checkpoints.write(state);
    }
  }

  /** A checkpoint says how good it is, so that a kill cannot separate the two. */
  private TrainingState noted(boolean keepBest, boolean extra) {
    TrainingState state = steps.state();
    Map<String, String> notes = new HashMap<>(state.notes());
    List<StepRecord> taken = recorded().steps();
    StepRecord last = taken.isEmpty() ? null : taken.get(taken.size() - 1);
    if (keepBest && last != null && last.evaluated() && last.step() == state.progress().step()) {
      notes.put(TrainingState.VALID_LOSS, Double.toString(last.validLoss()));
    }
    if (extra) {
      notes.put(TrainingState.EXTRA, "best");
    }
    if (endRequested()) {
      notes.put(TrainingState.ENDED, "early");
    }
    return new TrainingState(
        state.progress(), state.context(), state.model(), state.optimizer(), notes);
  }

  @Override
  public RunName name() {
    return name;
  }

  @Override
  public RecordedRun recorded() {
    return recorded.recorded();
  }

  @Override
  public Model<?> model() {
    return steps.state().model();
  }

  @Override
  public Optimizer optimizer() {
    return steps.state().optimizer();
  }

  @Override
  public Progress progress() {
    return steps.progress();
  }

  @Override
  public long plannedSteps() {
    return plannedSteps;
  }

  @Override
  public Map<String, String> samples(int most) {
    return samples.apply(most);
  }

  @Override
  public List<ExpertUse> expertUse() {
    return expertUse.get();
  }

  @Override
  public void requestStop() {
    requests.add(Request.STOP);
  }

  @Override
  public void requestEvaluation() {
    requests.add(Request.EVALUATE);
  }

  @Override
  public void requestSave() {
    requests.add(Request.SAVE);
  }

  @Override
  public void requestEnd() {
    requests.add(Request.END);
    requestStop();
  }
}
