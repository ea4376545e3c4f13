package io.evomoe.evolution;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.moe.Growth;
import io.evomoe.step.Phase;
import io.evomoe.step.StepContext;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Phase and temperature as pure functions of the step, so a resumed run continues at the same
 * point.
 *
 * @param config the phases
 * @param steps number of training steps, at least 0; unset phase lengths follow from it
 * @param growth when the layers of the model get their experts
 * @param earlierSteps steps of a training before this one, at least 0. Gates get the sum, so an
 *     annealing that a gate has finished does not restart in fine-tuning. Phase and temperature
 *     count only the steps of this training
 * @param keptAnnealing remaining share of the annealing for a model that keeps its experts and
 *     temperature, which then stays constant. Empty if the model evolves
 */
public record EvolutionSchedule(
    EvolutionConfig config,
    long steps,
    Growth growth,
    long earlierSteps,
    OptionalDouble keptAnnealing) {

  /** Rejects negative numbers of steps. */
  public EvolutionSchedule {
    FieldBound.atLeast("steps", steps, 0);
    FieldBound.atLeast("earlierSteps", earlierSteps, 0);
  }

  /** Creates the schedule of a model's first training. */
  public EvolutionSchedule(EvolutionConfig config, long steps, Growth growth) {
    this(config, steps, growth, 0, OptionalDouble.empty());
  }

  /**
   * Returns the schedule of a model that keeps its experts, phase and temperature in further
   * training. The steps that gates see continue from the earlier training.
   *
   * @param context state at the end of the earlier training
   */
  public static EvolutionSchedule staying(StepContext context) {
    double temperature = context.temperature();
    EvolutionConfig config =
        EvolutionConfig.defaults()
            .with(e -> e.diversifySteps(0).temperatureSteps(1))
            .with(e -> e.maxTemperature(temperature).minTemperature(temperature));
    if (context.phase() == Phase.HARD) {
      config = config.with(e -> e.hardFrom(0).finalTopK(context.hardExperts()));
    }
    Growth growth = context.phase() == Phase.DIVERSIFY ? Growth.NEVER : Growth.FROM_START;
    OptionalDouble kept = OptionalDouble.of(context.annealingLeft());
    return new EvolutionSchedule(config, 0, growth, context.step(), kept);
  }

  /** Returns whether the model keeps the experts and the temperature that it came with. */
  public boolean stays() {
    return keptAnnealing.isPresent();
  }

  /**
   * Returns the same phases after an earlier training. The steps that gates see continue from it.
   *
   * @param steps number of steps of the earlier training, at least 0
   */
  public EvolutionSchedule after(long steps) {
    return new EvolutionSchedule(config, this.steps, growth, steps, keptAnnealing);
  }

  /** Returns the number of steps with one expert, if the model starts with one. */
  public long diversifySteps() {
    return config.diversifySteps(steps);
  }

  /** Returns the temperature by steps since the spawn. */
  public TemperatureSchedule temperature() {
    return config.temperature(steps);
  }

  /** Returns the step before which the experts are spawned, or empty if there is no spawn. */
  public OptionalLong spawnStep() {
    return growth == Growth.SPAWNED ? OptionalLong.of(diversifySteps()) : OptionalLong.empty();
  }

  /** Returns the phase of a step, from 0. */
  public Phase phase(long step) {
    long age = expertAge(step);
    if (age < 0) {
      return Phase.DIVERSIFY;
    }
    OptionalLong hardFrom = config.hardFrom();
    boolean hard = hardFrom.isPresent() && age >= hardFrom.getAsLong();
    return hard ? Phase.HARD : Phase.SOFT;
  }

  /** Returns the temperature of a step, from 0. It is the maximum while there is one expert. */
  public double temperature(long step) {
    return temperature().at(Math.max(0, expertAge(step)));
  }

  /** Returns the remaining share of the annealing at a step, from 0. It is 1 until the spawn. */
  public double annealingLeft(long step) {
    return keptAnnealing.orElse(temperature().left(Math.max(0, expertAge(step))));
  }

  /** Returns the context of the forward passes of a step, from 0. */
  public StepContext context(long step, boolean training, long seed) {
    return new StepContext(
        earlierSteps + step,
        phase(step),
        temperature(step),
        annealingLeft(step),
        config.finalTopK(),
        training,
        seed);
  }

  /** Returns the steps since there are several experts, negative while there is one. */
  private long expertAge(long step) {
    return switch (growth) {
      case FROM_START -> step;
      case SPAWNED -> step - diversifySteps();
      case NEVER -> -1;
    };
  }
}
