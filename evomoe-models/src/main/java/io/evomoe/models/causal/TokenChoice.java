package io.evomoe.models.causal;

import io.evomoe.random.CounterRandom;
import java.util.Arrays;

/** The choice of the next token from logits: the likeliest ids first, by a heap. */
final class TokenChoice {
  private final double[] logits;
  private final int[] heap;
  private int size;

  private TokenChoice(double[] logits) {
    this.logits = logits;
    this.size = logits.length;
    this.heap = new int[size];
    Arrays.setAll(heap, id -> id);
    for (int i = size / 2 - 1; i >= 0; i--) {
      sink(i);
    }
  }

  /**
   * Returns a token id.
   *
   * @param logits one per token id; changed
   * @param text ids so far; ids of no logit are ignored
   * @param position number of the draw
   */
  static int of(double[] logits, int[] text, long position, GenerationConfig config) {
    penalize(logits, text, config.repetitionPenalty());
    int most = config.topK() == 0 ? logits.length : Math.min(config.topK(), logits.length);
    if (config.temperature() == 0 || most == 1) {
      return likeliest(logits);
    }
    return new TokenChoice(logits).draw(most, position, config);
  }

  private static int likeliest(double[] logits) {
    int likeliest = 0;
    for (int id = 1; id < logits.length; id++) {
      if (Double.compare(logits[id], logits[likeliest]) > 0) {
        likeliest = id;
      }
    }
    return likeliest;
  }

  private static void penalize(double[] logits, int[] text, double penalty) {
    if (penalty == 1) {
      return;
    }
    int[] seen = Arrays.stream(text).filter(id -> id < logits.length).distinct().toArray();
    for (int id : seen) {
      logits[id] = logits[id] < 0 ? logits[id] * penalty : logits[id] / penalty;
    }
  }

  private int draw(int most, long position, GenerationConfig config) {
    Ranking ranking = new Ranking(most, config.temperature());
    double mass = most < logits.length ? ranking.mass(most) : ranking.massOfAll();
    int kept = most;
    if (config.topP() < 1) {
      double share = config.topP() * mass;
      kept = 1;
      while (kept < most && ranking.mass(kept) < share) {
        kept++;
      }
      mass = ranking.mass(kept);
    }
    double drawn = new CounterRandom(config.seed()).uniform(position) * mass;
    int chosen = 1;
    while (chosen < kept && !(drawn <= ranking.mass(chosen))) {
      chosen++;
    }
    return ranking.ids[chosen - 1];
  }

  /** The likeliest ids in descending order, as far as they were asked for. */
  private final class Ranking {
    private final double temperature;
    private final double highest = logits[heap[0]];
    private final int[] ids;
    private final double[] masses;
    private int length;

    Ranking(int most, double temperature) {
      this.temperature = temperature;
      this.ids = new int[most];
      this.masses = new double[most];
    }

    /** Returns the sum of the unscaled probabilities of the {@code count} likeliest ids. */
    double mass(int count) {
      while (length < count) {
        ids[length] = next();
        masses[length] = of(ids[length]) + (length == 0 ? 0 : masses[length - 1]);
        length++;
      }
      return masses[count - 1];
    }

    double massOfAll() {
      double sum = 0;
      for (int id = 0; id < logits.length; id++) {
        sum += of(id);
      }
      return sum;
    }

    private double of(int id) {
      return Math.exp((logits[id] - highest) / temperature);
    }
  }

  /** Removes the id of the largest logit, the lowest id if equal. */
  private int next() {
    int first = heap[0];
    size--;
    heap[0] = heap[size];
    sink(0);
    return first;
  }

  private void sink(int from) {
    int id = heap[from];
    int at = from;
    for (int child = 2 * at + 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && before(heap[child + 1], heap[child])) {
        child++;
      }
      if (!before(heap[child], id)) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = id;
  }

  private boolean before(int id, int other) {
    int order = Double.compare(logits[id], logits[other]);
    return order == 0 ? id < other : order > 0;
  }
}
