package io.evomoe.step;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.random.CounterRandom;

/**
 * The step, phase, temperature and seed of a forward pass. Gates and layers keep no clock of their
 * own, so a resumed run continues at the right temperature.
 *
 * @param step the optimizer step, from 0
 * @param phase the phase of the evolution
 * @param temperature softmax temperature of the gates, above 0
 * @param annealingLeft remaining share of the annealing: 1 at the spawn, exactly 0 after its end
 * @param hardExperts experts per token in {@link Phase#HARD}, at least 1; ignored in other phases
 * @param training whether noise, dropout and capacity are active
 * @param seed seed of all random draws in this pass; differs in every micro-batch
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
   * Rejects a negative step, a temperature that is not a positive number, an {@code annealingLeft}
   * outside 0..1, and {@code hardExperts} below 1.
   */
  public StepContext {
    FieldBound.atLeast("step", step, 0);
    FieldBound.positive("temperature", temperature);
    FieldBound.upTo("annealingLeft", annealingLeft, 1);
    FieldBound.atLeast("hardExperts", hardExperts, 1);
  }

  /**
   * Creates the context of a pass after the annealing, with one expert per token in the hard phase.
   */
  public StepContext(long step, Phase phase, double temperature, boolean training, long seed) {
    this(step, phase, temperature, 0, 1, training, seed);
  }

  /** Returns the random numbers of one user in this pass, e.g. a layer's name and a purpose. */
  public CounterRandom random(String user) {
    return new CounterRandom(CounterRandom.fold(seed, user));
  }

  /** Returns this context for evaluation: no noise, no dropout, no capacity. */
  public StepContext evaluating() {
    return new StepContext(step, phase, temperature, annealingLeft, hardExperts, false, seed);
  }

  /** Returns this context in the hard phase with the given number of experts per token. */
  public StepContext hard(int experts) {
    return new StepContext(step, Phase.HARD, temperature, annealingLeft, experts, training, seed);
  }

  /** The phase of a run in EvoMoE's evolution (arXiv 2112.14397, section 4). */
  public enum Phase {
    /** Expert-diversify: one expert, a plain feed-forward net, and no gate. */
    DIVERSIFY,
    /** Gate-sparsify, soft: every expert above the threshold takes the token. */
    SOFT,
    /**
     * Gate-sparsify, hard: a token uses only its first experts. Their number is {@link
     * StepContext#hardExperts()}.
     */
    HARD
  }
}
