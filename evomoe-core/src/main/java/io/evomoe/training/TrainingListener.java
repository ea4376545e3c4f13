package io.evomoe.training;

/** Told of every finished step. Listeners read; they never change the run. */
@FunctionalInterface
public interface TrainingListener {

  /** Called after each optimizer step. */
  void onStep(StepReport report);
}
