package io.evomoe.run.example;

import io.evomoe.moe.Options;
import io.evomoe.moe.Options.Bounds;
import io.evomoe.training.optimizer.LearningRateSchedule;
import io.evomoe.training.optimizer.ScheduleProvider;

/** A rate that is halved several times in a run, available as {@code training.schedule: drops}. */
public final class Drops implements ScheduleProvider {
  @Override
  public String name() {
    return "drops";
  }

  @Override
  public LearningRateSchedule create(Spec spec) {
    int drops =
        Options.read(
            "schedule drops",
            spec.options(),
            options -> options.integer("drops", 3, Bounds.atLeast(1)));
    return (step, steps) ->
        Math.scalb(spec.warmedUp(step), (int) -(step * (drops + 1) / steps)); // halved each time
  }
}
