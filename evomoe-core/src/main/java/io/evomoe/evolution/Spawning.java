package io.evomoe.evolution;

import io.evomoe.nn.FeedForward;
import io.evomoe.random.CounterRandom;

/**
 * Changes a trained expert's weights into those of a child. EvoMoE (arXiv 2112.14397, section 4.2)
 * masks them; the other methods are options. Each child draws by its own names, so all children
 * differ.
 */
public final class Spawning {
  private Spawning() {}

  /**
   * Returns the change for a method.
   *
   * @param seed seed of the draws, which differ by the names of the weights
   */
  public static FeedForward.WeightChange by(SpawnMethod method, long seed) {
    double amount = method.amount();
    double kept = method.rescale() ? 1 / (1 - amount) : 1;
    return (name, deviation, values) -> {
      CounterRandom random = draws(seed, name);
      CounterRandom fresh = draws(seed, name + ".fresh");
      for (int i = 0; i < values.length; i++) {
        values[i] =
            switch (method.kind()) {
              case COPY -> values[i];
              case MASK -> random.uniform(i) < amount ? 0 : values[i] * kept;
              case REINIT -> random.uniform(i) < amount ? deviation * fresh.gaussian(i) : values[i];
              case NOISE -> values[i] + amount * random.gaussian(i);
            };
      }
      return values;
    };
  }

  private static CounterRandom draws(long seed, String name) {
    return new CounterRandom(CounterRandom.fold(seed, name));
  }
}
