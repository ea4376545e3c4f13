package io.evomoe.gates;

import io.evomoe.moe.GateSpec;
import io.evomoe.moe.Options;
import io.evomoe.moe.Options.Bounds;
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
  private final int k;
  private final int[][] chosen;

  Choices(TokenMatrix scores, TokenBatch tokens, int k) {
    this.experts = scores.columns();
    this.k = k;
    this.chosen = new int[scores.tokens()][];
    scores.eachRow(s -> chosen[s] = tokens.isPadding(s) ? new int[0] : scores.largest(s, k));
  }

  /** Reads option {@code k}, 1 to E. The default is 2, or E if that is less. */
  static int count(Options options, GateSpec spec) {
    int standard = Math.min(STANDARD, spec.experts());
    return options.integer("k", standard, Bounds.atLeast(1).atMost(spec.experts()));
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

  /**
   * Returns a routing in which no expert has more than {@code capacity} tokens; other choices are
   * dropped. It goes rank by rank, so no second choice takes the place of a first one.
   *
   * @param kept tells which choices are wanted
   */
  Routing routing(TokenMatrix weights, int capacity, Kept kept) {
    int[] load = new int[experts];
    Routing.Builder routing = new Routing.Builder(chosen.length, experts);
    for (int rank = 0; rank < k; rank++) {
      long number = 0;
      for (int s = 0; s < chosen.length; s++) {
        if (chosen[s].length == 0 || !kept.test(number++, rank, weights.get(s, chosen[s][rank]))) {
          continue;
        }
        int e = chosen[s][rank];
        if (load[e] < capacity) {
          routing.assign(s, e, weights.get(s, e));
          load[e]++;
        } else {
          routing.drop();
        }
      }
    }
    return routing.build();
  }

  /** Tells whether a choice is wanted. */
  @FunctionalInterface
  interface Kept {
    /**
     * Tests a choice.
     *
     * @param number index of the token among the real ones
     * @param rank from 0
     */
    boolean test(long number, int rank, double weight);
  }

  /** Returns the sum over the chosen experts of each token [S], 0 for padding. */
  double[] sums(TokenMatrix matrix) {
    double[] sums = new double[chosen.length];
    for (int s = 0; s < chosen.length; s++) {
      for (int e : chosen[s]) {
        sums[s] += matrix.get(s, e);
      }
    }
    return sums;
  }
}
