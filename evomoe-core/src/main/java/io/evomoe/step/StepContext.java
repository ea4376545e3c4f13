package io.evomoe.step;

import io.evomoe.random.CounterRandom;

/**
 * What a forward pass is told about time. Gates and layers keep no clock of their own, so a resumed
 * run continues at the right temperature by construction.
 *
 * @param step the optimizer step, from 0
 * @param phase the phase of the evolution
 * @param temperature softmax temperature of the gates, above 0
 * @param annealingLeft share of the temperature's way that is still to come: 1 at the spawn,
 *     exactly 0 from the end of the annealing on
 * @param hardExperts experts that a token keeps in {@link Phase#HARD}, at least 1; without meaning
 *     in the other phases
 * @param training whether noise, dropout and capacity act
 * @param seed from which everything random in this pass is drawn; differs in every micro-batch
 */
public record StepContext(
    long step,
    Phase phase,
    double temperature,
    double annealingLeft,
    int hardExperts,
    boolean training,
    long seed) {

  /**
   * Refuses a negative step, a temperature that is not a positive number, a share that is none, and
   * a hard phase without experts.
   */
  public StepContext {
    if (step < 0) {
      throw new IllegalArgumentException("step must be at least 0, was " + step);
    }
    if (!(temperature > 0) || Double.isInfinite(temperature)) {
      throw new IllegalArgumentException(
          "temperature must be above 0 and finite, was " + temperature);
    }
    if (!(annealingLeft >= 0 && annealingLeft <= 1)) {
      throw new IllegalArgumentException("annealingLeft must be in 0..1, was " + annealingLeft);
    }
    if (hardExperts < 1) {
      throw new IllegalArgumentException("hardExperts must be at least 1, was " + hardExperts);
    }
  }

  /** A pass after the annealing, whose hard phase keeps one expert a token. */
  public StepContext(long step, Phase phase, double temperature, boolean training, long seed) {
    this(step, phase, temperature, 0, 1, training, seed);
  }

  /** The draws of one user (a layer's name and a purpose) in this pass. */
  public CounterRandom random(String user) {
    return new CounterRandom(CounterRandom.fold(seed, user));
  }

  /** The same step, evaluated: no noise, no dropout, no capacity. */
  public StepContext evaluating() {
    return new StepContext(step, phase, temperature, annealingLeft, hardExperts, false, seed);
  }

  /** The same step in the hard phase, in which a token keeps so many experts. */
  public StepContext hard(int experts) {
    return new StepContext(step, Phase.HARD, temperature, annealingLeft, experts, training, seed);
  }
}
