package io.evomoe.training;

import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.step.StepContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks whether a saved run can continue with a seed and a schedule. */
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
    StepContext now = evolution.context(step, false, seed);
    if (now.phase() != then.phase() || now.temperature() != then.temperature()) {
      log.warn(
          "Step {} is {} at temperature {} now, but was {} at {} in {}",
          step,
          now.phase(),
          now.temperature(),
          then.phase(),
          then.temperature(),
          saved.location());
    }
    if (now.hardExperts() != then.hardExperts()) {
      log.warn(
          "The hard phase keeps {} experts a token now, but was to keep {} in {}",
          now.hardExperts(),
          then.hardExperts(),
          saved.location());
    }
  }

  private static IllegalArgumentException mismatch(
      String field, Object value, Object wanted, SavedRun saved) {
    return new IllegalArgumentException(
        "%s must be %s as in %s, was %s".formatted(field, wanted, saved.location(), value));
  }
}
