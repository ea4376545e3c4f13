package io.evomoe.training;

import io.evomoe.training.optimizer.Optimizer;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** What callbacks see of a {@link Trainer}, with their requests. */
final class Handle implements Training {
  private final StepSource steps;
  private final long plannedSteps;
  private final AtomicBoolean stop = new AtomicBoolean();
  private final AtomicBoolean evaluation = new AtomicBoolean();
  private final AtomicBoolean save = new AtomicBoolean();
  private final AtomicBoolean best = new AtomicBoolean();
  private volatile boolean end;
  private Supplier<Map<String, String>> samples = Map::of;
  private RecordedRun.Collector recorded;
  private RunName name;
  private double earlierSeconds;

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

  void samples(Supplier<Map<String, String>> source) {
    samples = source;
  }

  /** Records a step, whose clock began with this trainer. */
  StepRecord record(StepRecord step, double wallSeconds, double stepSeconds) {
    StepRecord whole = step.timed(earlierSeconds + wallSeconds, stepSeconds);
    recorded.add(whole);
    return whole;
  }

  boolean takeStop() {
    return stop.getAndSet(false);
  }

  boolean takeEvaluation() {
    return evaluation.getAndSet(false);
  }

  boolean takeSave() {
    return save.getAndSet(false);
  }

  boolean takeBest() {
    return best.getAndSet(false);
  }

  boolean endRequested() {
    return end;
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
  public Map<String, String> samples() {
    return samples.get();
  }

  @Override
  public void requestStop() {
    stop.set(true);
  }

  @Override
  public void requestEvaluation() {
    evaluation.set(true);
  }

  @Override
  public void requestSave() {
    save.set(true);
  }

  @Override
  public void requestSaveAsBest() {
    best.set(true);
  }

  @Override
  public void requestEnd() {
    end = true;
    requestStop();
  }
}
