package io.evomoe.moe;

import io.evomoe.nn.TokenBatch;
import java.util.Arrays;

/**
 * The balance loss {@code E * sum_e mean_s(w_se) mean_s(m_se)}, with means over real tokens.
 *
 * <p>If w is the softmax of the logits and m the one-hot first choice, this is the auxiliary loss
 * of Switch Transformers (Fedus et al., arXiv 2101.03961, equation 4). It is 1 if experts are used
 * equally and E at collapse. If w are the combine weights and m the set of active experts, it is
 * the loss of EvoMoE (arXiv 2112.14397, section 4.2). The gradient treats m as a constant.
 */
public final class LoadBalancing {
  private static final int ROWS = 64;

  private final TokenBatch tokens;
  private final double[] share;
  private final double loss;
  private final int real;

  /**
   * Computes the means.
   *
   * @param weights w [S, E]; rows of padding are not read
   * @param mask m [S, E], 1 if a token selects an expert and 0 otherwise, before capacity
   * @param tokens tells which rows are padding
   */
  public LoadBalancing(TokenMatrix weights, TokenMatrix mask, TokenBatch tokens) {
    this(weights, means(mask, tokens), tokens);
  }

  /**
   * Computes the means, those of m from the loads.
   *
   * @param weights w [S, E]; rows of padding are not read
   * @param loads number of real tokens that select each expert [E], before capacity
   * @param tokens tells which rows are padding
   */
  public LoadBalancing(TokenMatrix weights, int[] loads, TokenBatch tokens) {
    this(weights, shares(loads, tokens), tokens);
  }

  private LoadBalancing(TokenMatrix weights, double[] share, TokenBatch tokens) {
    this.tokens = tokens;
    this.share = share;
    this.real = real(tokens);
    double[] weight = means(weights, tokens);
    double sum = 0;
    for (int e = 0; e < share.length; e++) {
      sum += weight[e] * share[e];
    }
    this.loss = share.length * sum;
  }

  /** Returns the loss without a coefficient. It is 0 if every token is padding. */
  public double loss() {
    return loss;
  }

  /** Adds the gradient of {@code coefficient * loss()} with respect to w to {@code dWeights}. */
  public void addGradient(double coefficient, TokenMatrix dWeights) {
    double[] slopes = slopes(coefficient);
    dWeights.eachRow(
        s -> {
          if (!tokens.isPadding(s)) {
            for (int e = 0; e < slopes.length; e++) {
              dWeights.add(s, e, slopes[e]);
            }
          }
        });
  }

  /**
   * Returns the gradient of {@code coefficient * loss()} with respect to logits z, for {@code w =
   * softmax(z / temperature)}.
   *
   * @param weights w [S, E]
   * @return [S, E]
   */
  public TokenMatrix logitGradient(double coefficient, TokenMatrix weights, double temperature) {
    double[] slopes = slopes(coefficient);
    TokenMatrix dz = new TokenMatrix(weights.tokens(), weights.columns());
    dz.eachRow(
        s -> {
          if (!tokens.isPadding(s)) {
            Softmax.addRow(weights, s, slopes, 0, temperature, dz);
          }
        });
    return dz;
  }

  /** Returns the gradient of the weights, which is the same for every real token [E]. */
  private double[] slopes(double coefficient) {
    double[] slopes = new double[share.length];
    Arrays.setAll(slopes, e -> coefficient * share.length * share[e] / real);
    return slopes;
  }

  private static int real(TokenBatch tokens) {
    return Math.max(1, tokens.realTokens());
  }

  /** Returns the mean of each column, summed in row order. */
  private static double[] means(TokenMatrix matrix, TokenBatch tokens) {
    int real = real(tokens);
    double[] values = matrix.values();
    double[] means = new double[matrix.columns()];
    matrix.eachColumns(
        (from, to) -> {
          double[] sums = new double[to - from];
          double[] rows = new double[ROWS * sums.length];
          int filled = 0;
          for (int s = 0; s < matrix.tokens(); s++) {
            if (!tokens.isPadding(s)) {
              System.arraycopy(values, s * means.length + from, rows, filled, sums.length);
              filled += sums.length;
            }
            if (filled == rows.length || s == matrix.tokens() - 1) {
              addShares(rows, filled, real, sums);
              filled = 0;
            }
          }
          System.arraycopy(sums, 0, means, from, sums.length);
        });
    return means;
  }

  /** Divides in one long loop, because the compiler vectorizes it. */
  private static void addShares(double[] rows, int filled, int real, double[] sums) {
    for (int i = 0; i < filled; i++) {
      rows[i] /= real;
    }
    for (int i = 0; i < filled; i += sums.length) {
      for (int e = 0; e < sums.length; e++) {
        sums[e] += rows[i + e];
      }
    }
  }

  /** Returns the means of a mask with these loads: load / real. */
  private static double[] shares(int[] loads, TokenBatch tokens) {
    double one = 1.0 / real(tokens);
    double[] sums = new double[1 + Arrays.stream(loads).max().orElse(0)];
    for (int n = 1; n < sums.length; n++) {
      sums[n] = sums[n - 1] + one;
    }
    return Arrays.stream(loads).mapToDouble(load -> sums[load]).toArray();
  }
}
