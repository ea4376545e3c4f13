package io.evomoe.models.causal;

import io.evomoe.random.CounterRandom;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * The choice of the next token.
 *
 * @param temperature divisor of the logits, at least 0; 0 means greedy: the token with the highest
 *     logit, the lowest id if equal
 * @param topK number of most likely tokens to draw from, at least 1
 * @param seed seed of the draws
 */
public record Sampling(double temperature, int topK, long seed) {
  /** Temperature 0.8, the 40 most likely tokens, seed 1. */
  public static final Sampling DEFAULT = new Sampling(0.8, 40, 1);

  /** Rejects a negative temperature and a top-k below 1. */
  public Sampling {
    if (!(temperature >= 0) || Double.isInfinite(temperature)) {
      throw new IllegalArgumentException(
          "temperature must be at least 0 and finite, was " + temperature);
    }
    if (topK < 1) {
      throw new IllegalArgumentException("topK must be at least 1, was " + topK);
    }
  }

  /** Returns a sampling that always takes the most likely token. */
  public static Sampling greedy() {
    return new Sampling(0, 1, 0);
  }

  /**
   * Returns a token id.
   *
   * @param logits one per token id
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

  /** Returns the ids of the largest logits in descending order; equal ones by ascending id. */
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
