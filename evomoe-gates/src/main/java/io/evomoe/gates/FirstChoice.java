package io.evomoe.gates;

/**
 * The expert of the best score less price for each token. Of equal ones the lowest that has a place
 * left, so that tokens which all like the same experts spread over them.
 */
final class FirstChoice {
  /** Scores are at most 1: less apart than this, two values are equal but for rounding. */
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
    double[] values = new double[prices.length];
    for (int t = 0; t < expertOf.length; t++) {
      int row = t * prices.length;
      for (int e = 0; e < prices.length; e++) {
        values[e] = scores[row + e] - prices[e];
      }
      expertOf[t] = choose(values, load, places);
      load[expertOf[t]]++;
    }
  }

  private static int choose(double[] values, int[] load, int places) {
    double most = values[0];
    for (double value : values) {
      most = Math.max(most, value);
    }
    int lowest = -1;
    for (int e = 0; e < values.length; e++) {
      if (values[e] >= most - ROUNDING) {
        if (load[e] < places) {
          return e;
        }
        lowest = lowest < 0 ? e : lowest;
      }
    }
    return lowest;
  }
}
