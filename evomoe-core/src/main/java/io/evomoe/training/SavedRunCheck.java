package io.evomoe.training;

import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.step.StepContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether a saved run can go on under a seed and a schedule. */
final class SavedRunCheck {
  private static final Logger log = LoggerFactory.getLogger(SavedRunCheck.class);

  private SavedRunCheck() {}

  static void check(SavedRun saved, long seed, EvolutionSchedule evolution) {
    if (saved.seed() != seed) {
      throw mismatch("seed", seed, saved.seed(), saved);
    }
    if (saved.progress().spawned() && evolution.spawnStep().isEmpty()) {
      throw mismatch("growth", evolution.growth(), "SPAWNED", saved);
    }
    long step = saved.progress().step();
    StepContext then = saved.context();
    if (evolution.phase(step) != then.phase()
        || evolution.temperature(step) != then.temperature()) {
      log.warn(
          "Step {} is {} at temperature {} now, but was {} at {} in {}",
          step,
          evolution.phase(step),
          evolution.temperature(step),
          then.phase(),
          then.temperature(),
          saved.location());
    }
  }

  private static IllegalArgumentException mismatch(
      String field, Object value, Object wanted, SavedRun saved) {
    return new IllegalArgumentException(
        "%s must be %s as in %s, was %s".formatted(field, wanted, saved.location(), value));
  }
}
