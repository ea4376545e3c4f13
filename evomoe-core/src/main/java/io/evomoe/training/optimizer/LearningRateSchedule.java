package io.evomoe.training.optimizer;

/** The learning rate of each step. It must be a pure function, so that a resumed run repeats it. */
@FunctionalInterface
public interface LearningRateSchedule {

  /**
   * Returns the rate of a step.
   *
   * @param step from 0
   * @param steps number of steps of the run
   */
  double at(long step, long steps);
}
