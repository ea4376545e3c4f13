package io.evomoe.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The tokens that each expert of a MoE layer takes. A token counts for its first expert, the one
 * with the highest weight.
 *
 * @param layer dotted name of the layer
 * @param experts one entry per expert
 */
public record ExpertUse(String layer, List<Expert> experts) {
  private static final int MOST_TOKENS = 12;

  /** Rarer tokens are with one expert by chance. */
  private static final int LEAST_COUNT = 5;

  /** Makes the list unmodifiable. */
  public ExpertUse {
    experts = List.copyOf(experts);
  }

  /**
   * One expert.
   *
   * @param share its share of the tokens, in 0..1
   * @param top tokens that it takes more often than its share, the highest factor first
   */
  public record Expert(double share, List<Taken> top) {

    /** Makes the list unmodifiable. */
    public Expert {
      top = List.copyOf(top);
    }
  }

  /**
   * A token that an expert takes.
   *
   * @param text text of the token
   * @param count how often the expert takes it
   * @param factor how many times as often as its share of all tokens would give
   */
  public record Taken(String text, int count, double factor) {}

  /**
   * Counts the tokens of a layer's experts.
   *
   * @param firstExperts first expert of each token, -1 for none
   * @param ids id of each token
   * @param experts minimum number of experts
   * @param text returns the text of an id
   */
  public static ExpertUse of(
      String layer, List<Integer> firstExperts, int[] ids, int experts, IntFunction<String> text) {
    if (firstExperts.size() != ids.length) {
      throw new IllegalArgumentException(
          "%s must have a first expert for each of the %d tokens, has %d"
              .formatted(layer, ids.length, firstExperts.size()));
    }
    int columns = 1 + firstExperts.stream().mapToInt(e -> e).reduce(experts - 1, Math::max);
    int[] distinct = Arrays.stream(ids).distinct().sorted().toArray();
    int[] all = new int[distinct.length];
    int[][] taken = new int[columns][distinct.length];
    int counted = 0;
    for (int s = 0; s < ids.length; s++) {
      if (firstExperts.get(s) >= 0) {
        int token = Arrays.binarySearch(distinct, ids[s]);
        all[token]++;
        taken[firstExperts.get(s)][token]++;
        counted++;
      }
    }
    List<Expert> found = new ArrayList<>();
    for (int[] counts : taken) {
      double share = (double) Arrays.stream(counts).sum() / Math.max(1, counted);
      found.add(new Expert(share, top(counts, all, share, i -> text.apply(distinct[i]))));
    }
    return new ExpertUse(layer, found);
  }

  private static List<Taken> top(int[] counts, int[] all, double share, IntFunction<String> text) {
    return IntStream.range(0, counts.length)
        .filter(id -> counts[id] >= LEAST_COUNT && counts[id] > share * all[id])
        .boxed()
        .sorted(
            Comparator.<Integer>comparingDouble(id -> -(double) counts[id] / all[id])
                .thenComparing(id -> -counts[id]))
        .limit(MOST_TOKENS)
        .map(id -> new Taken(text.apply(id), counts[id], counts[id] / (share * all[id])))
        .toList();
  }
}
