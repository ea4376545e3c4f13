package io.evomoe.training;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Stops a training after a time. It is saved after the step at hand and can be resumed; each
 * resumption has the whole time again.
 *
 * <pre>{@code
 * run.train(TimeLimit.of(Duration.ofHours(8)));
 * }</pre>
 */
public final class TimeLimit implements Callback {
  private final Duration limit;
  private final LongSupplier nanoTime;
  private long began;

  TimeLimit(Duration limit, LongSupplier nanoTime) {
    if (limit.isNegative() || limit.isZero()) {
      throw new IllegalArgumentException("limit must be above 0, was " + limit);
    }
    this.limit = limit;
    this.nanoTime = nanoTime;
  }

  /**
   * Creates a callback that stops a training.
   *
   * @param limit time from the start, above 0
   */
  public static TimeLimit of(Duration limit) {
    return new TimeLimit(limit, System::nanoTime);
  }

  @Override
  public void onStart(Training training) {
    began = nanoTime.getAsLong();
  }

  @Override
  public void onStep(StepRecord step, Training training) {
    if (nanoTime.getAsLong() - began >= limit.toNanos()) {
      training.requestStop();
    }
  }
}
