package io.evomoe.moe;

/** Softmax over the rows of a {@link TokenMatrix}, with its backward pass. */
public final class Softmax {
  private Softmax() {}

  /**
   * {@code softmax(z / temperature)} of every row, shifted by its maximum so that no logit
   * overflows. A logit of minus infinity gives 0; every row needs one that is finite.
   *
   * @param z logits [S, E], not changed
   * @param temperature above 0
   * @return probabilities [S, E]
   */
  public static TokenMatrix of(TokenMatrix z, double temperature) {
    TokenMatrix p = new TokenMatrix(z.tokens(), z.columns());
    for (int s = 0; s < z.tokens(); s++) {
      double max = z.get(s, z.argMax(s));
      double sum = 0;
      for (int e = 0; e < z.columns(); e++) {
        double exp = Math.exp((z.get(s, e) - max) / temperature);
        p.set(s, e, exp);
        sum += exp;
      }
      for (int e = 0; e < z.columns(); e++) {
        p.set(s, e, p.get(s, e) / sum);
      }
    }
    return p;
  }

  /**
   * Adds the gradient of {@link #of} to {@code dz}: {@code p_e (dp_e - sum_j p_j dp_j) /
   * temperature} in each row.
   *
   * @param p what the forward pass gave [S, E]
   * @param dp gradient of p [S, E]
   * @param dz gradient of the logits [S, E], added to
   */
  public static void addGradient(
      TokenMatrix p, TokenMatrix dp, double temperature, TokenMatrix dz) {
    for (int s = 0; s < p.tokens(); s++) {
      double mean = 0;
      for (int e = 0; e < p.columns(); e++) {
        mean += p.get(s, e) * dp.get(s, e);
      }
      for (int e = 0; e < p.columns(); e++) {
        dz.add(s, e, p.get(s, e) * (dp.get(s, e) - mean) / temperature);
      }
    }
  }

  /** What {@link #addGradient} adds, as a new matrix [S, E]. */
  public static TokenMatrix gradient(TokenMatrix p, TokenMatrix dp, double temperature) {
    TokenMatrix dz = new TokenMatrix(p.tokens(), p.columns());
    addGradient(p, dp, temperature, dz);
    return dz;
  }

  /** {@code ln(sum_e exp(z_e))} of row s. */
  public static double logSumExp(TokenMatrix z, int s) {
    double max = z.get(s, z.argMax(s));
    double sum = 0;
    for (int e = 0; e < z.columns(); e++) {
      sum += Math.exp(z.get(s, e) - max);
    }
    return max + Math.log(sum);
  }
}
