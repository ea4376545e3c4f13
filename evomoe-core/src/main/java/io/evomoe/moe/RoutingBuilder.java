package io.evomoe.moe;

import io.evomoe.kernel.RoutedRows;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Collects assignments in any order and sorts them by expert and token. Each pair of token and
 * expert may be assigned once.
 */
public final class RoutingBuilder {
  private final int tokenCount;
  private final int experts;
  private int[] tokens;
  private int[] expertOf;
  private double[] weights;
  private double @Nullable [] bypass;
  private int size;
  private int dropped;

  /** Creates a builder for S tokens and E experts. */
  public RoutingBuilder(int tokenCount, int experts) {
    this.tokenCount = tokenCount;
    this.experts = experts;
    this.tokens = new int[Math.max(16, tokenCount)];
    this.expertOf = new int[tokens.length];
    this.weights = new double[tokens.length];
  }

  /**
   * Assigns {@code token} to {@code expert} with {@code weight}, which must be finite and at least
   * 0.
   */
  public RoutingBuilder assign(int token, int expert, double weight) {
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
  public RoutingBuilder drop() {
    dropped++;
    return this;
  }

  /** Sets the weight of each token itself in the output [S]. Each must be finite and at least 0. */
  public RoutingBuilder bypass(double[] weightOfToken) {
    if (weightOfToken.length != tokenCount) {
      throw new IllegalArgumentException(
          "bypass must have one weight a token (" + tokenCount + "), had " + weightOfToken.length);
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

  /** Returns the sorted routing. It uses two stable counting sorts, by token and then by expert. */
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
    return new Routing(rows, offsets, bypass, dropped);
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
