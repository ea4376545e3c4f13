package io.evomoe.moe;

import io.evomoe.kernel.RoutedRows;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The assignments of tokens to experts, sorted by expert and then by token. It covers every
 * sparsity, from dense (A = S E) to top-1 (A = S).
 *
 * <p>The output of the layer is {@code y_s = sum of weight(i) f_expert(x_s) over the assignments i
 * of s}. If a bypass is set, {@code bypass(s) x_s} is added.
 */
public final class Routing {
  private final int tokenCount;
  private final int[] offsets;
  private final int[] tokens;
  private final double[] weights;
  private final RoutedRows rows;
  private final double @Nullable [] bypass;
  private final int dropped;

  Routing(
      int tokenCount,
      int[] offsets,
      int[] tokens,
      double[] weights,
      double @Nullable [] bypass,
      int dropped) {
    this.tokenCount = tokenCount;
    this.offsets = offsets;
    this.tokens = tokens;
    this.weights = weights;
    this.rows = new RoutedRows(tokenCount, offsets, tokens, weights);
    this.bypass = bypass;
    this.dropped = dropped;
  }

  /**
   * Creates a routing from the experts of each token.
   *
   * @param expertsOf experts of each token, each once and in any order; none for padding [S]
   * @param weights weights of the assignments [S, E], finite and at least 0; other entries are not
   *     read
   * @throws IllegalArgumentException if an expert does not exist or is assigned twice to a token,
   *     or if a weight is negative or not finite
   */
  public static Routing of(int[][] expertsOf, TokenMatrix weights) {
    if (expertsOf.length != weights.tokens()) {
      throw new IllegalArgumentException(
          "experts must be given for each of the %d tokens of the weights, were for %d"
              .formatted(weights.tokens(), expertsOf.length));
    }
    int[] offsets = new int[weights.columns() + 1];
    for (int s = 0; s < expertsOf.length; s++) {
      for (int e : expertsOf[s]) {
        offsets[RoutingBuilder.expert(s, e, weights.columns()) + 1]++;
      }
    }
    for (int e = 0; e < weights.columns(); e++) {
      offsets[e + 1] = Math.addExact(offsets[e], offsets[e + 1]);
    }
    int[] next = offsets.clone();
    int[] tokens = new int[offsets[weights.columns()]];
    double[] weightOf = new double[tokens.length];
    for (int s = 0; s < expertsOf.length; s++) {
      for (int e : expertsOf[s]) {
        int i = next[e]++;
        if (i > offsets[e] && tokens[i - 1] == s) {
          throw RoutingBuilder.twice(s, e);
        }
        tokens[i] = s;
        weightOf[i] = RoutingBuilder.weight(s, e, weights.get(s, e));
      }
    }
    return new Routing(expertsOf.length, offsets, tokens, weightOf, null, 0);
  }

  /** Returns S, padding included. */
  public int tokenCount() {
    return tokenCount;
  }

  /** Returns E. */
  public int experts() {
    return offsets.length - 1;
  }

  /** Returns A. */
  public int assignments() {
    return tokens.length;
  }

  /**
   * Returns the first assignment of an expert. Expert e has the assignments {@code offset(e)} to
   * {@code offset(e + 1) - 1}.
   */
  public int offset(int expert) {
    return offsets[expert];
  }

  /** Returns the number of tokens of an expert. */
  public int load(int expert) {
    return offsets[expert + 1] - offsets[expert];
  }

  /** Returns the token of assignment i. */
  public int token(int i) {
    return tokens[i];
  }

  /** Returns the weight of assignment i, at least 0. */
  public double weight(int i) {
    return weights[i];
  }

  /** Returns the weight of token s itself in the output, 0 without a bypass. */
  public double bypass(int s) {
    return bypass == null ? 0 : bypass[s];
  }

  /**
   * Returns a copy of the weights of the tokens themselves in the output [S], or null without a
   * bypass.
   */
  public double @Nullable [] bypass() {
    return bypass == null ? null : bypass.clone();
  }

  /** Returns the number of tokens of each expert [E]. */
  public int[] loads() {
    int[] loads = new int[experts()];
    Arrays.setAll(loads, this::load);
    return loads;
  }

  /** Returns the number of assignments dropped by capacity. */
  public int dropped() {
    return dropped;
  }

  /** Returns whether every expert takes every token. If so, gather and scatter are skipped. */
  public boolean isDense() {
    return tokens.length == (long) tokenCount * experts();
  }

  /** Returns a copy of the offsets [E + 1]. */
  public int[] offsets() {
    return offsets.clone();
  }

  /** Returns a copy of the tokens [A]. */
  public int[] tokens() {
    return tokens.clone();
  }

  /** Returns a copy of the weights [A]. */
  public double[] weights() {
    return weights.clone();
  }

  /** Returns the assignments in the form that kernels use. It is always the same object. */
  public RoutedRows rows() {
    return rows;
  }

  /**
   * Returns the expert with the highest weight of each token, or -1 for none. Ties go to the lowest
   * index.
   */
  public int[] firstExperts() {
    int[] first = new int[tokenCount];
    double[] best = new double[tokenCount];
    Arrays.fill(first, -1);
    for (int e = 0; e < experts(); e++) {
      for (int i = offsets[e]; i < offsets[e + 1]; i++) {
        int s = tokens[i];
        if (first[s] < 0 || weights[i] > best[s]) {
          first[s] = e;
          best[s] = weights[i];
        }
      }
    }
    return first;
  }
}
