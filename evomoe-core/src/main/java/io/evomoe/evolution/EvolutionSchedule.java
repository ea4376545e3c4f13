package io.evomoe.evolution;

import io.evomoe.moe.Growth;
import io.evomoe.step.Phase;
import io.evomoe.step.StepContext;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Phase and temperature as pure functions of the step, so a resumed run is where it was.
 *
 * @param config the phases
 * @param steps of the training, from which the phases follow where the configuration leaves them
 *     out; at least 0
 * @param growth when the layers of the model have their experts
 * @param earlierSteps of a training before this one, at least 0: gates are told the steps of both
 *     together, so what a gate ended for good does not begin again when a model is fine-tuned.
 *     Phase and temperature count the steps of this training alone
 * @param keptAnnealing where the model keeps the experts and the temperature that it came with,
 *     whatever it could grow into: the share of its annealing that was left, and is for good. Empty
 *     where it evolves
 */
public record EvolutionSchedule(
    EvolutionConfig config,
    long steps,
    Growth growth,
    long earlierSteps,
    OptionalDouble keptAnnealing) {

  /** Refuses negative numbers of steps. */
  public EvolutionSchedule {
    if (steps < 0) {
      throw new IllegalArgumentException("steps must be at least 0, was " + steps);
    }
    if (earlierSteps < 0) {
      throw new IllegalArgumentException("earlierSteps must be at least 0, was " + earlierSteps);
    }
  }

  /** The schedule of a model's first training. */
  public EvolutionSchedule(EvolutionConfig config, long steps, Growth growth) {
    this(config, steps, growth, 0, OptionalDouble.empty());
  }

  /**
   * The schedule of a model that is trained further as it is: no more experts than there are, in
   * the phase and at the temperature there is. Gates count the steps of the earlier training on.
   *
   * @param context that the earlier training had come to
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

  /** Whether the model keeps the experts and the temperature that it came with. */
  public boolean stays() {
    return keptAnnealing.isPresent();
  }

  /**
   * The same phases after a training of some steps, which gates are told to count on from.
   *
   * @param steps of the earlier training, at least 0
   */
  public EvolutionSchedule after(long steps) {
    return new EvolutionSchedule(config, this.steps, growth, steps, keptAnnealing);
  }

  /** Steps with one expert, where a model has one at first. */
  public long diversifySteps() {
    return config.diversifySteps(steps);
  }

  /** The temperature by steps since the spawn. */
  public TemperatureSchedule temperature() {
    return config.temperature(steps);
  }

  /** The step before which the experts are spawned; empty where nothing is ever spawned. */
  public OptionalLong spawnStep() {
    return growth == Growth.SPAWNED ? OptionalLong.of(diversifySteps()) : OptionalLong.empty();
  }

  /** The phase of a step, from 0. */
  public Phase phase(long step) {
    long age = expertAge(step);
    if (age < 0) {
      return Phase.DIVERSIFY;
    }
    Long hardFrom = config.hardFrom();
    boolean hard = hardFrom != null && age >= hardFrom;
    return hard ? Phase.HARD : Phase.SOFT;
  }

  /** The temperature of a step, from 0; the maximum while there is one expert. */
  public double temperature(long step) {
    return temperature().at(Math.max(0, expertAge(step)));
  }

  /** The share of the annealing that is still to come at a step, from 0; 1 until the spawn. */
  public double annealingLeft(long step) {
    return keptAnnealing.orElse(temperature().left(Math.max(0, expertAge(step))));
  }

  /** What the forward passes of a step, from 0, are told. */
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

  /** Steps since there are several experts; negative while there is one. */
  private long expertAge(long step) {
    return switch (growth) {
      case FROM_START -> step;
      case SPAWNED -> step - diversifySteps();
      case NEVER -> -1;
    };
  }
}
