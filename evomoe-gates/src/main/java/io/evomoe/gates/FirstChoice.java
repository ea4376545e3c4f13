package io.evomoe.gates;

/**
 * Chooses for each token the expert with the best score minus price. Ties go to the lowest expert
 * with a free place, so tokens that like the same experts spread over them.
 */
final class FirstChoice {
  /** Two values are equal if they differ by less than this share of their operands. */
  private static final double ROUNDING = 1e-13;

  private FirstChoice() {}

  /**
   * Fills in the choices.
   *
   * @param scores [S, E] in rows
   * @param prices [E]
   * @param expertOf [S]
   */
  static void fill(double[] scores, double[] prices, int[] expertOf) {
    int places = expertOf.length / prices.length;
    int[] load = new int[prices.length];
    for (int t = 0; t < expertOf.length; t++) {
      expertOf[t] = choose(scores, t * prices.length, prices, load, places);
      load[expertOf[t]]++;
    }
  }

  private static int choose(double[] scores, int row, double[] prices, int[] load, int places) {
    int best = 0;
    for (int e = 1; e < prices.length; e++) {
      if (scores[row + e] - prices[e] > scores[row + best] - prices[best]) {
        best = e;
      }
    }
    double most = scores[row + best] - prices[best];
    double size = Math.abs(scores[row + best]) + Math.abs(prices[best]);
    int lowest = -1;
    for (int e = 0; e < prices.length; e++) {
      double rounding = ROUNDING * (size + Math.abs(scores[row + e]) + Math.abs(prices[e]));
      if (scores[row + e] - prices[e] >= most - rounding) {
        if (load[e] < places) {
          return e;
        }
        lowest = lowest < 0 ? e : lowest;
      }
    }
    return lowest;
  }
}
