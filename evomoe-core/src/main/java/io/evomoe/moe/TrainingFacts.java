package io.evomoe.moe;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What is known of a training before its first step, for gates whose plan depends on it.
 *
 * @param steps optimizer steps in all, at least 1; empty where nobody knows
 * @param tokenFrequencies how often the training data has each token id; empty where nobody counted
 * @param specialIds ids that stand for no text, such as those of padding and of a masked token;
 *     empty where nobody says
 */
public record TrainingFacts(
    OptionalLong steps, Optional<TokenFrequencies> tokenFrequencies, Set<Integer> specialIds) {

  /** Nothing is known. */
  public static final TrainingFacts UNKNOWN =
      new TrainingFacts(OptionalLong.empty(), Optional.empty(), Set.of());

  /** Refuses fewer than one step and negative ids; keeps the ids unmodifiable. */
  public TrainingFacts {
    specialIds = Set.copyOf(specialIds);
    if (steps.isPresent() && steps.getAsLong() < 1) {
      throw new IllegalArgumentException("steps must be at least 1, was " + steps.getAsLong());
    }
    if (specialIds.stream().anyMatch(id -> id < 0)) {
      throw new IllegalArgumentException("special ids must be at least 0, were " + specialIds);
    }
  }

  /** The number of steps alone. */
  public static TrainingFacts ofSteps(long steps) {
    return new TrainingFacts(OptionalLong.of(steps), Optional.empty(), Set.of());
  }

  /** The same with the ids that stand for no text. */
  public TrainingFacts withSpecialIds(Set<Integer> ids) {
    return new TrainingFacts(steps, tokenFrequencies, ids);
  }
}
