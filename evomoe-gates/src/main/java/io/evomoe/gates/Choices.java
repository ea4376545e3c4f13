package io.evomoe.gates;

import io.evomoe.moe.Bounds;
import io.evomoe.moe.GateOptions;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.RoutingBuilder;
import io.evomoe.moe.TokenMatrix;
import io.evomoe.nn.TokenBatch;

/** The k experts of largest score of each real token, the largest first; ties to the lowest. */
final class Choices {
  static final int STANDARD = 2;

  private final TokenBatch tokens;
  private final int experts;
  private final int[][] chosen;

  Choices(TokenMatrix scores, TokenBatch tokens, int k) {
    this.tokens = tokens;
    this.experts = scores.columns();
    this.chosen = new int[scores.tokens()][];
    for (int s = 0; s < chosen.length; s++) {
      chosen[s] = tokens.isPadding(s) ? new int[0] : scores.largest(s, k);
    }
  }

  /** Option {@code k}: 2 (or E where that is less), 1 to E. */
  static int count(GateOptions options, GateSpec spec) {
    int standard = Math.min(STANDARD, spec.experts());
    return options.integer("k", standard, Bounds.atLeast(1).atMost(spec.experts()));
  }

  /** The expert of a real token's choice, from 0. */
  int expert(int s, int rank) {
    return chosen[s][rank];
  }

  /** 1 at each token's first choice [S, E]. */
  TokenMatrix firstMask() {
    TokenMatrix mask = new TokenMatrix(chosen.length, experts);
    for (int s = 0; s < chosen.length; s++) {
      if (chosen[s].length > 0) {
        mask.set(s, chosen[s][0], 1);
      }
    }
    return mask;
  }

  /** Number of tokens that chose each expert [E]. */
  double[] load() {
    double[] load = new double[experts];
    forEach((s, e) -> load[e]++);
    return load;
  }

  /**
   * The logits with minus infinity where an expert was not chosen: their softmax is that of all
   * logits over its sum at the chosen. Rows of padding stay.
   */
  TokenMatrix only(TokenMatrix logits) {
    TokenMatrix only = logits.copy();
    for (int s = 0; s < chosen.length; s++) {
      if (!tokens.isPadding(s)) {
        for (int e = 0; e < experts; e++) {
          only.set(s, e, Double.NEGATIVE_INFINITY);
        }
        for (int e : chosen[s]) {
          only.set(s, e, logits.get(s, e));
        }
      }
    }
    return only;
  }

  /** Assigns every choice with its weight. */
  RoutingBuilder each(TokenMatrix weights, RoutingBuilder routing) {
    forEach((s, e) -> routing.assign(s, e, weights.get(s, e)));
    return routing;
  }

  /** Sum over the chosen experts of each token [S]; 0 for padding. */
  double[] sums(TokenMatrix matrix) {
    double[] sums = new double[chosen.length];
    forEach((s, e) -> sums[s] += matrix.get(s, e));
    return sums;
  }

  /** Visits every (token, expert) that was chosen. */
  void forEach(Visitor visitor) {
    for (int s = 0; s < chosen.length; s++) {
      for (int e : chosen[s]) {
        visitor.visit(s, e);
      }
    }
  }

  /** What to do with a choice. */
  @FunctionalInterface
  interface Visitor {
    void visit(int token, int expert);
  }
}
