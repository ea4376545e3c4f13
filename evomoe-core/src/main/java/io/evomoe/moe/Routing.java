package io.evomoe.moe;

import io.evomoe.kernel.RoutedRows;
import java.math.BigDecimal;
import java.math.RoundingMode;
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
  private final RoutedRows rows;
  private final int[] offsets;
  private final double @Nullable [] bypass;
  private final int dropped;

  private Routing(RoutedRows rows, double @Nullable [] bypass, int dropped) {
    this.rows = rows;
    this.offsets = rows.offsets();
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
    Builder builder = new Builder(weights.tokens(), weights.columns());
    for (int s = 0; s < expertsOf.length; s++) {
      for (int e : expertsOf[s]) {
        boolean exists = e >= 0 && e < weights.columns();
        builder.assign(s, e, exists ? weights.get(s, e) : 0);
      }
    }
    return builder.build();
  }

  /**
   * Returns the most tokens of an expert, {@code ceil(factor * realTokens / experts)}, exact in the
   * factor's decimal digits. For example, 100 tokens at factor 0.07 give 7; floating-point
   * arithmetic would give 8.
   *
   * @param factor capacity factor, above 0; infinity means no limit and returns {@code realTokens}
   * @param realTokens number of tokens that are not padding
   * @param experts E, at least 1
   */
  public static int capacity(double factor, int realTokens, int experts) {
    if (Double.isInfinite(factor)) {
      return realTokens;
    }
    BigDecimal capacity =
        BigDecimal.valueOf(factor)
            .multiply(BigDecimal.valueOf(realTokens))
            .divide(BigDecimal.valueOf(experts), 0, RoundingMode.CEILING);
    return capacity.min(BigDecimal.valueOf(realTokens)).intValueExact();
  }

  /** Returns S, padding included. */
  public int tokenCount() {
    return rows.n();
  }

  /** Returns E. */
  public int experts() {
    return offsets.length - 1;
  }

  /** Returns A. */
  public int assignments() {
    return rows.length();
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
    return rows.rows()[i];
  }

  /** Returns the weight of assignment i, at least 0. */
  public double weight(int i) {
    return rows.weights()[i];
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
    return rows.length() == (long) rows.n() * experts();
  }

  /** Returns a copy of the offsets [E + 1]. */
  public int[] offsets() {
    return offsets.clone();
  }

  /** Returns a copy of the tokens [A]. */
  public int[] tokens() {
    return rows.rows().clone();
  }

  /** Returns a copy of the weights [A]. */
  public double[] weights() {
    return rows.weights().clone();
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
    int[] first = new int[rows.n()];
    double[] best = new double[rows.n()];
    Arrays.fill(first, -1);
    for (int e = 0; e < experts(); e++) {
      for (int i = offsets[e]; i < offsets[e + 1]; i++) {
        int s = token(i);
        if (first[s] < 0 || weight(i) > best[s]) {
          first[s] = e;
          best[s] = weight(i);
        }
      }
    }
    return first;
  }

  /**
   * Collects assignments in any order and sorts them by expert and token. Each pair of token and
   * expert may be assigned once.
   */
  public static final class Builder {
    private final int tokenCount;
    private final int experts;
    private int[] tokens;
    private int[] expertOf;
    private double[] weights;
    private double @Nullable [] bypass;
    private int size;
    private int dropped;

    /** Creates a builder for S tokens and E experts. */
    public Builder(int tokenCount, int experts) {
      this.tokenCount = tokenCount;
      this.experts = experts;
      this.tokens = new int[Math.max(16, tokenCount)];
      this.expertOf = new int[tokens.length];
      this.weights = new double[tokens.length];
    }

    /**
     * Assigns {@code token} to {@code expert} with {@code weight}, which must be finite and at
     * least 0.
     */
    public Builder assign(int token, int expert, double weight) {
      if (token < 0 || token >= tokenCount) {
        throw new IllegalArgumentException(
            "token must be in 0.." + (tokenCount - 1) + ", was " + token);
      }
      if (expert < 0 || expert >= experts) {
        throw new IllegalArgumentException(
            "expert of token %d must be in 0..%d, was %d".formatted(token, experts - 1, expert));
      }
      if (!(weight >= 0) || Double.isInfinite(weight)) {
        throw new IllegalArgumentException(
            "weight of token %d at expert %d must be finite and at least 0, was %s"
                .formatted(token, expert, weight));
      }
      if (size == tokens.length) {
        tokens = Arrays.copyOf(tokens, 2 * size);
        expertOf = Arrays.copyOf(expertOf, 2 * size);
        weights = Arrays.copyOf(weights, 2 * size);
      }
      tokens[size] = token;
      expertOf[size] = expert;
      weights[size] = weight;
      size++;
      return this;
    }

    /** Counts one assignment that was dropped by capacity. */
    public Builder drop() {
      dropped++;
      return this;
    }

    /**
     * Sets the weight of each token itself in the output [S]. Each must be finite and at least 0.
     */
    public Builder bypass(double[] weightOfToken) {
      if (weightOfToken.length != tokenCount) {
        throw new IllegalArgumentException(
            "bypass must have one weight a token ("
                + tokenCount
                + "), had "
                + weightOfToken.length);
      }
      for (int s = 0; s < tokenCount; s++) {
        if (!(weightOfToken[s] >= 0) || Double.isInfinite(weightOfToken[s])) {
          throw new IllegalArgumentException(
              "bypass must be finite and at least 0, was " + weightOfToken[s] + " at token " + s);
        }
      }
      bypass = weightOfToken.clone();
      return this;
    }

    /**
     * Returns the sorted routing. It uses two stable counting sorts, by token and then by expert.
     */
    public Routing build() {
      int[] offsets = starts(expertOf, experts);
      int[] next = offsets.clone();
      int[] order = byToken();
      int[] sortedTokens = new int[size];
      double[] sortedWeights = new double[size];
      for (int a : order) {
        int e = expertOf[a];
        int i = next[e]++;
        if (i > offsets[e] && sortedTokens[i - 1] == tokens[a]) {
          throw new IllegalArgumentException(
              "token " + tokens[a] + " was assigned twice to expert " + e);
        }
        sortedTokens[i] = tokens[a];
        sortedWeights[i] = weights[a];
      }
      RoutedRows rows = new RoutedRows(tokenCount, offsets, sortedTokens, sortedWeights);
      return new Routing(rows, bypass, dropped);
    }

    /** Returns the assignments in the order of their tokens. */
    private int[] byToken() {
      int[] order = new int[size];
      boolean sorted = true;
      for (int i = 0; i < size; i++) {
        order[i] = i;
        sorted &= i == 0 || tokens[i - 1] <= tokens[i];
      }
      if (!sorted) {
        int[] next = starts(tokens, tokenCount);
        for (int i = 0; i < size; i++) {
          order[next[tokens[i]]++] = i;
        }
      }
      return order;
    }

    /** Returns the start of each key in the sorted assignments [keys + 1]. */
    private int[] starts(int[] key, int keys) {
      int[] starts = new int[keys + 1];
      for (int i = 0; i < size; i++) {
        starts[key[i] + 1]++;
      }
      for (int k = 0; k < keys; k++) {
        starts[k + 1] += starts[k];
      }
      return starts;
    }
  }
}
