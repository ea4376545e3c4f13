package io.evomoe.gates;

import io.evomoe.moe.Bounds;
import io.evomoe.moe.GateOptions;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.Routing;
import io.evomoe.moe.Softmax;
import io.evomoe.moe.TokenMatrix;
import io.evomoe.nn.TokenBatch;

/**
 * The k experts with the largest scores of each real token, the largest first. Ties go to the
 * lowest index.
 */
final class Choices {
  static final int STANDARD = 2;

  private final int experts;
  private final int[][] chosen;

  Choices(TokenMatrix scores, TokenBatch tokens, int k) {
    this.experts = scores.columns();
    this.chosen = new int[scores.tokens()][];
    scores.eachRow(s -> chosen[s] = tokens.isPadding(s) ? new int[0] : scores.largest(s, k));
  }

  /** Reads option {@code k}, 1 to E. The default is 2, or E if that is less. */
  static int count(GateOptions options, GateSpec spec) {
    int standard = Math.min(STANDARD, spec.experts());
    return options.integer("k", standard, Bounds.atLeast(1).atMost(spec.experts()));
  }

  /** Returns the expert of a real token's choice, with ranks from 0. */
  int expert(int s, int rank) {
    return chosen[s][rank];
  }

  /** Returns the number of tokens whose first choice each expert is [E]. */
  int[] firstLoads() {
    int[] loads = new int[experts];
    for (int[] ranks : chosen) {
      if (ranks.length > 0) {
        loads[ranks[0]]++;
      }
    }
    return loads;
  }

  /** Returns the number of tokens that chose each expert [E]. */
  double[] load() {
    double[] load = new double[experts];
    forEach((s, e) -> load[e]++);
    return load;
  }

  /** Returns the softmax of each token's logits over its choices only [S, E], 0 elsewhere. */
  TokenMatrix softmax(TokenMatrix logits) {
    TokenMatrix p = new TokenMatrix(chosen.length, experts);
    p.eachRow(s -> Softmax.row(logits, s, chosen[s], 1, p));
    return p;
  }

  /** Returns a routing with every choice and its weight. */
  Routing routing(TokenMatrix weights) {
    return Routing.of(chosen, weights);
  }

  /** Returns the sum over the chosen experts of each token [S], 0 for padding. */
  double[] sums(TokenMatrix matrix) {
    double[] sums = new double[chosen.length];
    forEach((s, e) -> sums[s] += matrix.get(s, e));
    return sums;
  }

  /** Visits every chosen (token, expert) pair. */
  void forEach(Visitor visitor) {
    for (int s = 0; s < chosen.length; s++) {
      for (int e : chosen[s]) {
        visitor.visit(s, e);
      }
    }
  }

  /** Called for each choice. */
  @FunctionalInterface
  interface Visitor {
    void visit(int token, int expert);
  }
}
