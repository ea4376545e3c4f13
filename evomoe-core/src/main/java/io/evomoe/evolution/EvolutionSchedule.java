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
 * @param stays whether the model keeps the experts and the temperature that it came with, whatever
 *     it could grow into
 */
public record EvolutionSchedule(
    EvolutionConfig config, Growth growth, long earlierSteps, boolean stays) {

  /** Refuses a negative number of earlier steps. */
  public EvolutionSchedule {
    if (earlierSteps < 0) {
      throw new IllegalArgumentException("earlierSteps must be at least 0, was " + earlierSteps);
    }
  }

  /** The schedule of a model's first training. */
  public EvolutionSchedule(EvolutionConfig config, Growth growth) {
    this(config, growth, 0, false);
  }

  /**
   * The schedule of a model that is trained further as it is: no more experts than there are, in
   * the phase and at the temperature there is. Gates count the steps of the earlier training on.
   *
   * @param moment that the earlier training had come to
   */
  public static EvolutionSchedule staying(StepContext moment) {
    double temperature = moment.temperature();
    EvolutionConfig config =
        new EvolutionConfig(
            0,
            SpawnMethod.copy(),
            true,
            new TemperatureSchedule(TemperatureSchedule.Shape.LINEAR, temperature, temperature, 1),
            moment.phase() == Phase.HARD ? OptionalLong.of(0) : OptionalLong.empty());
    Growth growth = moment.phase() == Phase.DIVERSIFY ? Growth.NEVER : Growth.FROM_START;
    return new EvolutionSchedule(config, growth, moment.step(), true);
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
