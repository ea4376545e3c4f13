package io.evomoe.moe;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Facts about a training that are known before its first step, for gates that need them.
 *
 * @param steps optimizer steps in total, at least 1; empty if unknown
 * @param tokenFrequencies frequency of each token id in the training data; empty if unknown
 * @param specialIds ids that stand for no text, e.g. padding and masked tokens; empty if unknown
 */
public record TrainingFacts(
    OptionalLong steps, Optional<TokenFrequencies> tokenFrequencies, Set<Integer> specialIds) {

  /** Facts of which nothing is known. */
  public static final TrainingFacts UNKNOWN =
      new TrainingFacts(OptionalLong.empty(), Optional.empty(), Set.of());

  /** Rejects fewer than one step and negative ids. Makes the ids unmodifiable. */
  public TrainingFacts {
    specialIds = Set.copyOf(specialIds);
    if (steps.isPresent() && steps.getAsLong() < 1) {
      throw new IllegalArgumentException("steps must be at least 1, was " + steps.getAsLong());
    }
    if (specialIds.stream().anyMatch(id -> id < 0)) {
      throw new IllegalArgumentException("special ids must be at least 0, were " + specialIds);
    }
  }

  /** Returns facts with only the number of steps. */
  public static TrainingFacts ofSteps(long steps) {
    return new TrainingFacts(OptionalLong.of(steps), Optional.empty(), Set.of());
  }

  /** Returns a copy with the given ids that stand for no text. */
  public TrainingFacts withSpecialIds(Set<Integer> ids) {
    return new TrainingFacts(steps, tokenFrequencies, ids);
  }

  /** Counts of each token id in a text. */
  public static final class TokenFrequencies {
    private final long[] counts;

    private TokenFrequencies(long[] counts) {
      this.counts = counts;
    }

    /**
     * Counts ids.
     *
     * @param ids ids in 0..vocabulary-1
     */
    public static TokenFrequencies count(IntStream ids, int vocabulary) {
      long[] counts = new long[vocabulary];
      ids.forEach(
          id -> {
            if (id < 0 || id >= vocabulary) {
              throw new IllegalArgumentException(
                  "token id must be in 0..%d, was %d".formatted(vocabulary - 1, id));
            }
            counts[id]++;
          });
      return new TokenFrequencies(counts);
    }

    /** Returns the number of token ids. */
    public int vocabulary() {
      return counts.length;
    }

    /** Returns the number of occurrences of a token id. */
    public long of(int id) {
      return counts[id];
    }
  }
}
