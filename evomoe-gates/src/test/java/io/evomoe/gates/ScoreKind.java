package io.evomoe.gates;

import io.evomoe.random.CounterRandom;

/** Score matrices that are easy or hard to balance. */
enum ScoreKind {
  /** Independent normal draws. */
  INDEPENDENT,
  /** All tokens like the same experts. */
  ALIKE,
  /** Dot products of clustered tokens with centroids. */
  CLUSTERED,
  /** A number of the token times a number of the expert. */
  RANK_ONE,
  /** Small whole numbers: many ties. */
  TIED,
  /** A few rows, each of them many times. */
  REPEATED,
  /** All equal. */
  EQUAL,
  /** Very large and very small magnitudes together. */
  EXTREME;

  private static final int WIDTH = 16;
  private static final int CLUSTERS = 5;
  private static final int ROWS = 3;

  double[][] scores(int tokens, int experts, long seed) {
    double[][] scores = new double[tokens][experts];
    CounterRandom noise = new CounterRandom(CounterRandom.fold(seed, "noise"));
    for (int t = 0; t < tokens; t++) {
      for (int e = 0; e < experts; e++) {
        long at = (long) t * experts + e;
        scores[t][e] = score(t, e, seed, noise.gaussian(at), noise.uniform(-1 - at));
      }
    }
    return scores;
  }

  private double score(int t, int e, long seed, double normal, double uniform) {
    return switch (this) {
      case INDEPENDENT -> normal;
      case ALIKE -> 10 * gaussian(seed, "expert", e) + 0.1 * normal;
      case CLUSTERED -> clustered(t, e, seed);
      case RANK_ONE -> gaussian(seed, "token", t) * gaussian(seed, "expert", e);
      case TIED -> Math.rint(2 * normal);
      case REPEATED -> gaussian(seed, "row " + t % ROWS, e);
      case EQUAL -> 3;
      case EXTREME -> normal * Math.pow(10, 6 * uniform);
    };
  }

  private static double clustered(int t, int e, long seed) {
    int cluster = new CounterRandom(CounterRandom.fold(seed, "cluster")).below(CLUSTERS, t);
    double dot = 0;
    for (int j = 0; j < WIDTH; j++) {
      double x =
          gaussian(seed, "center", (long) cluster * WIDTH + j)
              + 0.3 * gaussian(seed, "token", (long) t * WIDTH + j);
      dot += x * gaussian(seed, "centroid", (long) e * WIDTH + j);
    }
    return dot;
  }

  private static double gaussian(long seed, String name, long at) {
    return new CounterRandom(CounterRandom.fold(seed, name)).gaussian(at);
  }
}
