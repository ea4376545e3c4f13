package io.evomoe.gates;

/**
 * Prices of experts at which tokens, each asking for the expert with the best score less price, ask
 * for all experts about equally often. A fixed number of rounds raises prices of experts that are
 * asked for too often and lowers the others.
 */
final class OpeningPrices {
  private static final int ROUNDS = 25;
  private static final double FIRST_STEP = 0.25;
  private static final double DECAY = 0.85;

  private final double[] scores;
  private final int tokens;
  private final int experts;
  private final double[] prices;

  private OpeningPrices(double[] scores, int experts) {
    this.scores = scores;
    this.tokens = scores.length / experts;
    this.experts = experts;
    this.prices = new double[experts];
  }

  /** Prices [E] for scores [S, E] in rows. */
  static double[] of(double[] scores, int experts) {
    OpeningPrices opening = new OpeningPrices(scores, experts);
    opening.startFromMeans();
    double step = FIRST_STEP * opening.meanSpread();
    for (int round = 0; round < ROUNDS; round++) {
      opening.follow(opening.demand(), step);
      step *= DECAY;
    }
    return opening.prices;
  }

  /** The expert that token t asks for at these prices; of equals the lowest. */
  static int favourite(double[] scores, int t, double[] prices, int experts) {
    int row = t * experts;
    int best = 0;
    double most = scores[row] - prices[0];
    for (int e = 1; e < experts; e++) {
      double value = scores[row + e] - prices[e];
      if (value > most) {
        most = value;
        best = e;
      }
    }
    return best;
  }

  /** A preference that all tokens share is gone from the start. */
  private void startFromMeans() {
    for (int t = 0; t < tokens; t++) {
      for (int e = 0; e < experts; e++) {
        prices[e] += scores[t * experts + e] / tokens;
      }
    }
  }

  /** Mean over tokens of the distance from the best to the worst expert. */
  private double meanSpread() {
    double sum = 0;
    for (int t = 0; t < tokens; t++) {
      double most = Double.NEGATIVE_INFINITY;
      double least = Double.POSITIVE_INFINITY;
      for (int e = 0; e < experts; e++) {
        double value = scores[t * experts + e] - prices[e];
        most = Math.max(most, value);
        least = Math.min(least, value);
      }
      sum += most - least;
    }
    return sum / tokens;
  }

  private int[] demand() {
    int[] demand = new int[experts];
    for (int t = 0; t < tokens; t++) {
      demand[favourite(scores, t, prices, experts)]++;
    }
    return demand;
  }

  private void follow(int[] demand, double step) {
    double share = (double) tokens / experts;
    for (int e = 0; e < experts; e++) {
      double excess = (demand[e] - share) / share;
      prices[e] += step * Math.min(1, excess);
    }
  }
}
