package io.evomoe.training;

import io.evomoe.training.RecordedRun.RunName;
import io.evomoe.training.TrainingState.Progress;
import io.evomoe.training.optimizer.Optimizer;
import java.util.List;
import java.util.Map;

/** A training without a model, which tells callbacks of the steps of a test. */
public class FakeTraining implements Training {
  private final RunName name;
  private final long planned;
  private final RecordedRun.Collector recorded;
  private long step;
  private Map<String, String> samples = Map.of();
  private List<ExpertUse> use = List.of();
  private int stopRequests;
  private int endRequests;

  public FakeTraining(RunName name, long planned) {
    this.name = name;
    this.planned = planned;
    this.recorded = new RecordedRun.Collector(RecordedRun.none(name));
  }

  /** Resumes after a step. */
  public FakeTraining from(long finished) {
    step = finished;
    return this;
  }

  /** What it shows of its model. */
  public FakeTraining showing(Map<String, String> texts, List<ExpertUse> experts) {
    samples = texts;
    use = experts;
    return this;
  }

  /** Takes a step and tells a callback of it. */
  public void take(StepRecord taken, Callback callback) {
    step = taken.step();
    recorded.add(taken);
    callback.onStep(taken, this);
    if (taken.evaluated()) {
      callback.onEvaluation(taken, this);
    }
  }

  /** How often it was asked to stop. */
  public int stopRequests() {
    return stopRequests;
  }

  /** How often it was asked to end for good. */
  public int endRequests() {
    return endRequests;
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
    throw new UnsupportedOperationException("there is no model");
  }

  @Override
  public Optimizer optimizer() {
    throw new UnsupportedOperationException("there is no optimizer");
  }

  @Override
  public Progress progress() {
    return new Progress(step, 10 * step, 3e9 * step, true, 0);
  }

  @Override
  public long plannedSteps() {
    return planned;
  }

  @Override
  public Map<String, String> samples(int most) {
    return samples;
  }

  @Override
  public List<ExpertUse> expertUse() {
    return use;
  }

  @Override
  public void requestStop() {
    stopRequests++;
  }

  @Override
  public void requestEvaluation() {}

  @Override
  public void requestSave() {}

  @Override
  public void requestEnd() {
    endRequests++;
  }
}
