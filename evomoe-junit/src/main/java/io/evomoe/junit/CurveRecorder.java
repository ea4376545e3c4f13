package io.evomoe.junit;

import io.evomoe.training.Callback;
import io.evomoe.training.StepRecord;
import io.evomoe.training.Training;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Records the curve of a training in a {@link ConvergenceTest}. Given to a {@code Trainer}, it
 * records the series {@value #TRAIN_LOSS}, {@value #VALID_LOSS} and {@value #ACTIVE_EXPERTS}. Any
 * other training calls {@link #record}.
 */
public final class CurveRecorder implements Callback {
  /** Task loss of a step, in nats per token. */
  public static final String TRAIN_LOSS = "train_loss";

  /** Validation loss after a step, if measured, in nats per token. */
  public static final String VALID_LOSS = "valid_loss";

  /** Mean number of experts per token. */
  public static final String ACTIVE_EXPERTS = "active_experts";

  private final int every;
  private final Map<String, SortedMap<Long, Double>> series = new TreeMap<>();

  CurveRecorder(int every) {
    if (every < 1) {
      throw new IllegalArgumentException("every must be at least 1, was " + every);
    }
    this.every = every;
  }

  /**
   * Records one point.
   *
   * @param name name of the series, without comma, quote or line break
   * @param step at least 0, once in a series
   * @param value value to compare; a value that is not finite fails the test and is not recorded
   */
  public void record(String name, long step, double value) {
    if (name.isBlank() || name.equals(Curve.STEP) || name.chars().anyMatch(Curve::isSpecial)) {
      throw new IllegalArgumentException(
          "series must not be blank, 'step' or hold a comma, quote or line break, was '%s'"
              .formatted(name));
    }
    if (step < 0) {
      throw new IllegalArgumentException("step must be at least 0, was " + step);
    }
    if (series.computeIfAbsent(name, unused -> new TreeMap<>()).put(step, value) != null) {
      throw new IllegalArgumentException(
          "step of series %s must be new, was %d again".formatted(name, step));
    }
  }

  @Override
  public void onStep(StepRecord step, Training training) {
    if (step.step() % every == 0) {
      record(TRAIN_LOSS, step.step(), step.trainLoss());
      record(ACTIVE_EXPERTS, step.step(), step.activeExperts());
      if (step.evaluated()) {
        record(VALID_LOSS, step.step(), step.validLoss());
      }
    }
  }

  Curve curve() {
    return new Curve(series);
  }
}
