package io.evomoe.training;

import java.nio.file.Path;
import java.util.List;

/** Combines listeners into one. For each event they are called in order. */
record TrainingListeners(List<TrainingListener> all) implements TrainingListener {
  @Override
  public void onStart(Progress from, Runnable requestStop) {
    all.forEach(listener -> listener.onStart(from, requestStop));
  }

  @Override
  public void onEvaluation(StepRecord step) {
    all.forEach(listener -> listener.onEvaluation(step));
  }

  @Override
  public void onStep(StepRecord step) {
    all.forEach(listener -> listener.onStep(step));
  }

  @Override
  public void onCheckpoint(Path checkpoint) {
    all.forEach(listener -> listener.onCheckpoint(checkpoint));
  }

  @Override
  public void onEnd(Progress to) {
    all.forEach(listener -> listener.onEnd(to));
  }
}
