package io.evomoe.moe;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is known of a training before its first step, for gates whose plan depends on it.
 *
 * @param steps optimizer steps in all, at least 1; empty where nobody knows
 * @param tokenFrequencies how often the training data has each token id; empty where nobody counted
 */
public record TrainingFacts(OptionalLong steps, Optional<TokenFrequencies> tokenFrequencies) {

  /** Nothing is known. */
  public static final TrainingFacts UNKNOWN =
      new TrainingFacts(OptionalLong.empty(), Optional.empty());

  /** Refuses fewer than one step. */
  public TrainingFacts {
    if (steps.isPresent() && steps.getAsLong() < 1) {
      throw new IllegalArgumentException("steps must be at least 1, was " + steps.getAsLong());
    }
  }

  /** The number of steps alone. */
  public static TrainingFacts ofSteps(long steps) {
    return new TrainingFacts(OptionalLong.of(steps), Optional.empty());
  }
}
