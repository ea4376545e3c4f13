package io.evomoe.evolution;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.step.StepContext;
import io.evomoe.step.StepContext.Phase;
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
    ExpertLifecycle growth,
    long earlierSteps,
    OptionalDouble keptAnnealing) {

  /** Rejects negative numbers of steps. */
  public EvolutionSchedule {
    FieldBound.atLeast("steps", steps, 0);
    FieldBound.atLeast("earlierSteps", earlierSteps, 0);
  }

  /** Creates the schedule of a model's first training. */
  public EvolutionSchedule(EvolutionConfig config, long steps, ExpertLifecycle growth) {
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
    ExpertLifecycle growth =
        context.phase() == Phase.DIVERSIFY ? ExpertLifecycle.NEVER : ExpertLifecycle.FROM_START;
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

  /**
   * Returns D, the steps from the spawn to the minimum temperature. If unset, it is three quarters
   * of the steps that remain after the spawn.
   */
  public long temperatureSteps() {
    return config.temperatureSteps().orElse(Math.max(1, (steps - diversifySteps()) * 3 / 4));
  }

  /** Returns the steps from the spawn to the hard phase, or empty if there is no hard phase. */
  public OptionalLong hardFrom() {
    long before = growth == ExpertLifecycle.SPAWNED ? diversifySteps() : 0;
    return config.hardFrom(Math.max(0, steps - before));
  }

  /** Returns the step before which the experts are spawned, or empty if there is no spawn. */
  public OptionalLong spawnStep() {
    return growth == ExpertLifecycle.SPAWNED
        ? OptionalLong.of(diversifySteps())
        : OptionalLong.empty();
  }

  /** Returns the phase of a step, from 0. */
  public Phase phase(long step) {
    long age = expertAge(step);
    if (age < 0) {
      return Phase.DIVERSIFY;
    }
    OptionalLong hardFrom = hardFrom();
    boolean hard = hardFrom.isPresent() && age >= hardFrom.getAsLong();
    return hard ? Phase.HARD : Phase.SOFT;
  }

  /**
   * Returns the softmax temperature of the gates at a step, from 0 (EvoMoE, arXiv 2112.14397,
   * section 4.3). It is the maximum while there is one expert, and never below the minimum, even if
   * the paper's linear form would be.
   */
  public double temperature(long step) {
    double share = annealed(step);
    double maximum = config.maxTemperature();
    double minimum = config.minTemperature();
    double temperature =
        switch (config.schedule()) {
          case EXPONENTIAL -> maximum * Math.pow(minimum / maximum, share);
          case LINEAR -> maximum - share * (maximum - minimum);
        };
    return Math.max(temperature, minimum);
  }

  /**
   * Returns the remaining share of the annealing at a step, from 0. It is 1 until the spawn, and
   * exactly 0 from D steps after it on.
   */
  public double annealingLeft(long step) {
    return keptAnnealing.orElse(Math.max(0, 1 - annealed(step)));
  }

  private double annealed(long step) {
    return (double) Math.max(0, expertAge(step)) / temperatureSteps();
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
