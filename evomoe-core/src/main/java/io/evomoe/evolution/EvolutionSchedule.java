package io.evomoe.evolution;

import io.evomoe.moe.Growth;
import io.evomoe.step.Phase;
import io.evomoe.step.StepContext;
import java.util.OptionalLong;

/**
 * Phase and temperature as pure functions of the step, so a resumed run is where it was.
 *
 * @param config the phases in numbers
 * @param growth when the layers of the model have their experts
 * @param earlierSteps of a training before this one, at least 0: gates are told the steps of both
 *     together, so what a gate ended for good does not begin again when a model is fine-tuned.
 *     Phase and temperature count the steps of this training alone
 */
public record EvolutionSchedule(EvolutionConfig config, Growth growth, long earlierSteps) {

  /** Refuses a negative number of earlier steps. */
  public EvolutionSchedule {
    if (earlierSteps < 0) {
      throw new IllegalArgumentException("earlierSteps must be at least 0, was " + earlierSteps);
    }
  }

  /** The schedule of a model's first training. */
  public EvolutionSchedule(EvolutionConfig config, Growth growth) {
    this(config, growth, 0);
  }

  /** The step before which the experts are spawned; empty where nothing is ever spawned. */
  public OptionalLong spawnStep() {
    return growth == Growth.SPAWNED
        ? OptionalLong.of(config.diversifySteps())
        : OptionalLong.empty();
  }

  /** The phase of a step, from 0. */
  public Phase phase(long step) {
    long age = expertAge(step);
    if (age < 0) {
      return Phase.DIVERSIFY;
    }
    boolean hard = config.hardFrom().isPresent() && age >= config.hardFrom().getAsLong();
    return hard ? Phase.HARD : Phase.SOFT;
  }

  /** The temperature of a step, from 0; the maximum while there is one expert. */
  public double temperature(long step) {
    return config.temperature().at(Math.max(0, expertAge(step)));
  }

  /** What the forward passes of a step, from 0, are told. */
  public StepContext context(long step, boolean training, long seed) {
    return new StepContext(earlierSteps + step, phase(step), temperature(step), training, seed);
  }

  /** Steps since there are several experts; negative while there is one. */
  private long expertAge(long step) {
    return switch (growth) {
      case FROM_START -> step;
      case SPAWNED -> step - config.diversifySteps();
      case NEVER -> -1;
    };
  }
}
