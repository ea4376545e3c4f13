package io.evomoe.moe;

import io.evomoe.kernel.RoutedRows;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Who computes what: assignments of tokens to experts, sorted by expert and, within an expert, by
 * token. One form for everything from fully dense (A = S E) to top-1 (A = S).
 *
 * <p>The layer's output is {@code y_s = sum of weight(i) f_expert(x_s) over the assignments i of
 * s}, plus {@code bypass(s) x_s} where a bypass is set.
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
   * The routing of tokens that have their experts.
   *
   * @param expertsOf of each token, each once and in any order; none for padding [S]
   * @param weights of the assignments [S, E]; finite and at least 0 there, not read elsewhere
   * @throws IllegalArgumentException for an expert that is none, or is a token's twice, or a weight
   *     that is not finite or below 0
   */
  public static Routing of(int[][] expertsOf, TokenMatrix weights) {
    return new RoutingBands(expertsOf, weights).routing();
  }

  /** S, padding included. */
  public int tokenCount() {
    return tokenCount;
  }

  /** E. */
  public int experts() {
    return offsets.length - 1;
  }

  /** A. */
  public int assignments() {
    return tokens.length;
  }

  /** Expert e has the assignments {@code offset(e)} to {@code offset(e + 1) - 1}. */
  public int offset(int expert) {
    return offsets[expert];
  }

  /** Tokens of expert e. */
  public int load(int expert) {
    return offsets[expert + 1] - offsets[expert];
  }

  /** Token of assignment i. */
  public int token(int i) {
    return tokens[i];
  }

  /** Weight of assignment i, at least 0. */
  public double weight(int i) {
    return weights[i];
  }

  /** Weight of the token itself in the output, 0 without a bypass. */
  public double bypass(int s) {
    return bypass == null ? 0 : bypass[s];
  }

  /** Weight of each token itself in the output [S], a copy; null without a bypass. */
  public double @Nullable [] bypass() {
    return bypass == null ? null : bypass.clone();
  }

  /** Tokens of each expert [E]. */
  public int[] loads() {
    int[] loads = new int[experts()];
    Arrays.setAll(loads, this::load);
    return loads;
  }

  /** Assignments lost to capacity. */
  public int dropped() {
    return dropped;
  }

  /** Whether every expert takes every token: then gather and scatter are skipped. */
  public boolean isDense() {
    return tokens.length == (long) tokenCount * experts();
  }

  /** Offsets [E + 1], a copy. */
  public int[] offsets() {
    return offsets.clone();
  }

  /** Tokens [A], a copy. */
  public int[] tokens() {
    return tokens.clone();
  }

  /** Weights [A], a copy. */
  public double[] weights() {
    return weights.clone();
  }

  /** The assignments as kernels take them; the same object every time. */
  public RoutedRows rows() {
    return rows;
  }

  /** The first expert (lowest index) of each token by highest weight, -1 where it has none. */
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
