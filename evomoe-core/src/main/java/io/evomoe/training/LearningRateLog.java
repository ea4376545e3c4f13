package io.evomoe.training;

import io.evomoe.internal.names.FieldBound;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs the learning rate at level info. */
public final class LearningRateLog implements Callback {
  private static final Logger log = LoggerFactory.getLogger(LearningRateLog.class);

  private final long every;

  private LearningRateLog(long every) {
    this.every = every;
  }

  /**
   * Creates a callback that logs the learning rate.
   *
   * @param steps number of steps between two lines, at least 1
   */
  public static LearningRateLog every(long steps) {
    FieldBound.atLeast("steps", steps, 1);
    return new LearningRateLog(steps);
  }

  @Override
  public void onStep(StepRecord step, Training training) {
    if (step.step() % every == 0) {
      log.info("Step {}: learning rate {}", step.step(), step.learningRate());
    }
  }
}
