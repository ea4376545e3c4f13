package io.evomoe.evolution;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
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

  /** Returns the temperature by steps since the spawn. */
  public TemperatureSchedule temperature() {
    return config.temperature(steps);
  }

  /** Returns the steps from the spawn to the hard phase, or empty if there is no hard phase. */
  public OptionalLong hardFrom() {
    return config.hardFrom(steps);
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

  /**
   * Softmax temperature of the gates as a function of the steps since the spawn (EvoMoE, arXiv
   * 2112.14397, section 4.3: anneal from tmax to tmin over D steps). The temperature never falls
   * below tmin, even if the paper's linear form would.
   *
   * @param shape curve from {@code maximum} to {@code minimum}
   * @param maximum tmax, the temperature right after the spawn; above 0, finite
   * @param minimum tmin, the temperature from step D on; above 0, at most {@code maximum}
   * @param decaySteps D, at least 1
   */
  public record TemperatureSchedule(Shape shape, double maximum, double minimum, long decaySteps) {
    /** Default temperature right after the spawn. */
    public static final double DEFAULT_MAXIMUM = 2.0;

    /** Default final temperature. */
    public static final double DEFAULT_MINIMUM = 0.3;

    /** How the temperature falls. */
    public enum Shape {
      /** {@code max(tmax (tmin / tmax)^(t / D), tmin)}. */
      EXPONENTIAL,
      /** {@code max(tmax - t (tmax - tmin) / D, tmin)}. */
      LINEAR
    }

    /** Rejects temperatures that are not positive numbers, tmin above tmax, and D below 1. */
    public TemperatureSchedule {
      requireBounds("maximum temperature", maximum, "minimum temperature", minimum);
      FieldBound.atLeast("temperature decaySteps", decaySteps, 1);
    }

    /** Rejects invalid temperatures. The messages use the given field names. */
    static void requireBounds(String highest, double maximum, String lowest, double minimum) {
      if (!(maximum > 0) || Double.isInfinite(maximum)) {
        throw new IllegalArgumentException(
            "%s must be above 0 and finite, was %s".formatted(highest, maximum));
      }
      if (!(minimum > 0) || minimum > maximum) {
        throw new IllegalArgumentException(
            "%s must be above 0 and at most %s, %s, was %s"
                .formatted(lowest, highest, maximum, minimum));
      }
    }

    /**
     * Returns the temperature at a step.
     *
     * @param sinceSpawn t, steps since the spawn, at least 0
     */
    public double at(long sinceSpawn) {
      double share = share(sinceSpawn);
      double temperature =
          switch (shape) {
            case EXPONENTIAL -> maximum * Math.pow(minimum / maximum, share);
            case LINEAR -> maximum - share * (maximum - minimum);
          };
      return Math.max(temperature, minimum);
    }

    /**
     * Returns the remaining share of the annealing, {@code max(1 - t / D, 0)}. It is exactly 0 from
     * step D on.
     *
     * @param sinceSpawn t, steps since the spawn, at least 0
     */
    public double left(long sinceSpawn) {
      return Math.max(0, 1 - share(sinceSpawn));
    }

    private double share(long sinceSpawn) {
      FieldBound.atLeast("sinceSpawn", sinceSpawn, 0);
      return (double) sinceSpawn / decaySteps;
    }
  }
}
