package io.evomoe.models.causal;

import io.evomoe.random.CounterRandom;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * How the next token is chosen.
 *
 * @param temperature divides the logits, at least 0; 0 means greedy: always the likeliest, ties to
 *     the lowest id
 * @param topK how many of the likeliest tokens may be drawn, at least 1
 * @param seed of the draws
 */
public record Sampling(double temperature, int topK, long seed) {
  /** At temperature 0.8 from the 40 likeliest tokens, seed 1. */
  public static final Sampling DEFAULT = new Sampling(0.8, 40, 1);

  /** Refuses a negative temperature and a top-k below 1. */
  public Sampling {
    if (!(temperature >= 0) || Double.isInfinite(temperature)) {
      throw new IllegalArgumentException(
          "temperature must be at least 0 and finite, was " + temperature);
    }
    if (topK < 1) {
      throw new IllegalArgumentException("topK must be at least 1, was " + topK);
    }
  }

  /** Always the likeliest token. */
  public static Sampling greedy() {
    return new Sampling(0, 1, 0);
  }

  /**
   * A token id.
   *
   * @param logits one a token id
   * @param position number of the draw
   */
  int choose(double[] logits, long position) {
    int[] likeliest = likeliest(logits, temperature == 0 ? 1 : topK);
    if (likeliest.length == 1) {
      return likeliest[0];
    }
    double highest = logits[likeliest[0]];
    double[] cumulative = new double[likeliest.length];
    double sum = 0;
    for (int i = 0; i < likeliest.length; i++) {
      sum += Math.exp((logits[likeliest[i]] - highest) / temperature);
      cumulative[i] = sum;
    }
    double drawn = new CounterRandom(seed).uniform(position) * sum;
    for (int i = 0; i < likeliest.length; i++) {
      if (drawn <= cumulative[i]) {
        return likeliest[i];
      }
    }
    return likeliest[likeliest.length - 1];
  }

  /** Ids of the largest logits, the largest first; of equal ones the lowest first. */
  private static int[] likeliest(double[] logits, int count) {
    PriorityQueue<Integer> kept =
        new PriorityQueue<>(
            Comparator.comparingDouble((Integer id) -> logits[id])
                .thenComparing(Comparator.reverseOrder()));
    double least = Double.NEGATIVE_INFINITY;
    for (int id = 0; id < logits.length; id++) {
      boolean full = kept.size() == count;
      if (!full || Double.compare(logits[id], least) > 0) {
        if (full) {
          kept.remove();
        }
        kept.add(id);
        least = logits[kept.element()];
      }
    }
    int[] likeliest = new int[kept.size()];
    for (int i = likeliest.length - 1; i >= 0; i--) {
      likeliest[i] = kept.remove();
    }
    return likeliest;
  }
}
