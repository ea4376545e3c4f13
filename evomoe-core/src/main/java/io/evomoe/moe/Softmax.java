package io.evomoe.moe;

import java.util.Arrays;

/** Softmax over the rows of a {@link TokenMatrix}, with its backward pass. */
public final class Softmax {
  private Softmax() {}

  /**
   * Returns {@code softmax(z / temperature)} of every row. Each row is shifted by its maximum, so
   * no logit overflows. A logit of minus infinity gives 0. Every row needs a finite logit.
   *
   * @param z logits [S, E], not changed
   * @param temperature above 0
   * @return probabilities [S, E]
   */
  public static TokenMatrix of(TokenMatrix z, double temperature) {
    TokenMatrix p = new TokenMatrix(z.tokens(), z.columns());
    z.eachRow(s -> row(z, s, temperature, p));
    return p;
  }

  /**
   * Computes {@link #of} for row s only, for gates that process a row in several ways at once.
   *
   * @param p row s receives the probabilities [S, E]; may be z itself
   */
  public static void row(TokenMatrix z, int s, double temperature, TokenMatrix p) {
    double[] logits = z.values();
    double[] shares = p.values();
    int from = s * z.columns();
    int to = from + z.columns();
    double max = max(logits, from, to);
    for (int i = from; i < to; i++) {
      shares[i] = (logits[i] - max) / temperature;
    }
    double sum = 0;
    for (int i = from; i < to; i++) {
      shares[i] = shares[i] == Double.NEGATIVE_INFINITY ? 0 : Math.exp(shares[i]);
      sum += shares[i];
    }
    for (int i = from; i < to; i++) {
      shares[i] /= sum;
    }
  }

  /**
   * Computes {@code softmax(z / temperature)} of row s over the given experts only.
   *
   * @param experts each once, in any order, with finite logits; may be empty
   * @param p row s receives the probabilities of these experts [S, E]; other entries do not change
   */
  public static void row(TokenMatrix z, int s, int[] experts, double temperature, TokenMatrix p) {
    int[] ascending = ascending(experts);
    double max = Double.NEGATIVE_INFINITY;
    for (int e : ascending) {
      max = Math.max(max, z.get(s, e));
    }
    double sum = 0;
    for (int e : ascending) {
      double exp = Math.exp((z.get(s, e) - max) / temperature);
      p.set(s, e, exp);
      sum += exp;
    }
    for (int e : ascending) {
      p.set(s, e, p.get(s, e) / sum);
    }
  }

  private static int[] ascending(int[] experts) {
    for (int i = 1; i < experts.length; i++) {
      if (experts[i - 1] > experts[i]) {
        int[] sorted = experts.clone();
        Arrays.sort(sorted);
        return sorted;
      }
    }
    return experts;
  }

  /**
   * Adds the gradient of {@link #of} to {@code dz}: {@code p_e (dp_e - sum_j p_j dp_j) /
   * temperature} in each row.
   *
   * @param p probabilities of the forward pass [S, E]
   * @param dp gradient of p [S, E]
   * @param dz gradient of the logits [S, E], added to
   */
  public static void addGradient(
      TokenMatrix p, TokenMatrix dp, double temperature, TokenMatrix dz) {
    p.eachRow(s -> addRow(p, s, dp.values(), s * p.columns(), temperature, dz));
  }

  /**
   * Adds the gradient of one row.
   *
   * @param dp values in which the row's gradient of p starts at {@code from}
   */
  static void addRow(
      TokenMatrix p, int s, double[] dp, int from, double temperature, TokenMatrix dz) {
    double[] probabilities = p.values();
    double[] sums = dz.values();
    int row = s * p.columns();
    double mean = 0;
    for (int e = 0; e < p.columns(); e++) {
      mean += probabilities[row + e] * dp[from + e];
    }
    for (int e = 0; e < p.columns(); e++) {
      sums[row + e] += probabilities[row + e] * (dp[from + e] - mean) / temperature;
    }
  }

  /** Returns the addend of {@link #addGradient} as a new matrix [S, E]. */
  public static TokenMatrix gradient(TokenMatrix p, TokenMatrix dp, double temperature) {
    TokenMatrix dz = new TokenMatrix(p.tokens(), p.columns());
    addGradient(p, dp, temperature, dz);
    return dz;
  }

  /** Returns {@code ln(sum_e exp(z_e))} of row s. */
  public static double logSumExp(TokenMatrix z, int s) {
    double[] logits = z.values();
    int from = s * z.columns();
    int to = from + z.columns();
    double max = max(logits, from, to);
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += Math.exp(logits[i] - max);
    }
    return max + Math.log(sum);
  }

  /** Returns {@link #logSumExp(TokenMatrix, int)} of every row [S]. */
  public static double[] logSumExp(TokenMatrix z) {
    double[] logSumExp = new double[z.tokens()];
    z.eachRow(s -> logSumExp[s] = logSumExp(z, s));
    return logSumExp;
  }

  private static double max(double[] values, int from, int to) {
    double max = values[from];
    for (int i = from + 1; i < to; i++) {
      max = values[i] > max ? values[i] : max;
    }
    return max;
  }
}
