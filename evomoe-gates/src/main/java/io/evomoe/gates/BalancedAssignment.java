package io.evomoe.gates;

import io.evomoe.moe.TokenMatrix;
import io.evomoe.random.CounterRandom;
import java.util.Arrays;

/**
 * The balanced assignment of tokens to experts with the largest total score (BASE layers, Lewis et
 * al., arXiv 2103.16716, equation 3). The loads of experts differ by at most one, for any S and E.
 *
 * <p>The algorithm is an ascending auction. Tokens ask for the expert with the best score minus
 * price. The prices of overfull experts rise until a token is as well off with an expert that has
 * room. This is the exact form (Demange, Gale and Sotomayor, "Multi-item auctions", 1986). Prices
 * rise by the length of the shortest path to a free place, and each rise places one more token. So
 * there are at most S rises, and the total equals that of the Hungarian method up to rounding.
 *
 * <p>The common implementation raises prices by bids with a minimum increment (Bertsekas 1992). It
 * is approximate, slow for similar scores, and does not end if E does not divide S.
 *
 * <p>The initial prices are those that balance a random quarter of the tokens, found in the same
 * way. Few tokens then ask for a full expert, even if scores are alike or lie on a line.
 *
 * <p>Each expert has {@code S / E} places. S mod E experts get one spare place each. Spare places
 * are traded as if they belonged to one more expert.
 */
public final class BalancedAssignment {
  private static final int SAMPLED_OF = 4;

  /**
   * Far enough below the exponent of the largest double for the sum of a path through all experts.
   */
  private static final int LARGEST_EXPONENT = 900;

  private final int experts;
  private final int places;
  private final int spares;
  private final ExpertMembers members;
  private final double[] prices;
  private final boolean[] hasSpare;
  private int sparesTaken;

  private BalancedAssignment(double[] scores, int experts, int[] expertOf, double[] opening) {
    this.experts = experts;
    this.places = expertOf.length / experts;
    this.spares = expertOf.length % experts;
    this.members = new ExpertMembers(scores, experts, expertOf);
    this.prices = Arrays.copyOf(opening, experts + 1);
    this.prices[experts] = Arrays.stream(opening).max().orElseThrow();
    this.hasSpare = new boolean[experts];
  }

  /**
   * Returns the expert of each token.
   *
   * @param scores [S, E]
   * @throws IllegalArgumentException if a score is not finite
   */
  public static int[] of(TokenMatrix scores) {
    if (!scores.isFinite()) {
      throw new IllegalArgumentException("scores must be finite");
    }
    int[] expertOf = new int[scores.tokens()];
    assign(losses(scores), scores.columns(), expertOf);
    return expertOf;
  }

  /** Fills in the experts and returns their prices. */
  private static double[] assign(double[] scores, int experts, int[] expertOf) {
    double[] opening = openingPrices(scores, experts, expertOf.length);
    FirstChoice.fill(scores, opening, expertOf);
    BalancedAssignment assignment = new BalancedAssignment(scores, experts, expertOf, opening);
    assignment.balance();
    return Arrays.copyOf(assignment.prices, experts);
  }

  /** Returns the prices for a sample of the tokens, or 0 if the sample cannot fill every expert. */
  private static double[] openingPrices(double[] scores, int experts, int tokens) {
    int sampled = tokens / SAMPLED_OF;
    if (sampled < experts) {
      return new double[experts];
    }
    double[] sample = new double[sampled * experts];
    CounterRandom random = new CounterRandom(0);
    for (int i = 0; i < sampled; i++) {
      int token = i * SAMPLED_OF + random.below(SAMPLED_OF, i);
      System.arraycopy(scores, token * experts, sample, i * experts, experts);
    }
    return assign(sample, experts, new int[sampled]);
  }

  /**
   * Returns the scores minus the best of their row, which changes no assignment. They are halved
   * until no sum can overflow. They are not divided by the largest magnitude, because a row with
   * much larger values would then lose the others in rounding.
   */
  private static double[] losses(TokenMatrix scores) {
    int experts = scores.columns();
    double[] values = new double[scores.tokens() * experts];
    int halvings = halvings(scores);
    for (int t = 0; t < scores.tokens(); t++) {
      double best = Math.scalb(scores.get(t, scores.argMax(t)), -halvings);
      for (int e = 0; e < experts; e++) {
        values[t * experts + e] = Math.scalb(scores.get(t, e), -halvings) - best;
      }
    }
    return values;
  }

  private static int halvings(TokenMatrix scores) {
    int exponent = Double.MIN_EXPONENT;
    for (int t = 0; t < scores.tokens(); t++) {
      for (int e = 0; e < scores.columns(); e++) {
        exponent = Math.max(exponent, Math.getExponent(scores.get(t, e)));
      }
    }
    return Math.max(0, exponent - LARGEST_EXPONENT);
  }

  private void balance() {
    for (int e = 0; e < experts; e++) {
      while (load(e) > places) {
        relieve(e);
      }
    }
  }

  private int load(int expert) {
    return members.load(expert) - (hasSpare[expert] ? 1 : 0);
  }

  private boolean hasRoom(int node) {
    return node == experts ? sparesTaken < spares : load(node) < places;
  }

  /** Raises prices until one surplus token at the source has a place, by Dijkstra's method. */
  private void relieve(int source) {
    ShortestPaths paths = new ShortestPaths(experts + 1, source);
    int node = source;
    while (!hasRoom(node)) {
      if (node == experts) {
        extendFromSpares(paths);
      } else {
        extendFrom(node, paths);
      }
      node = paths.next();
    }
    paths.raise(prices, node);
    for (int to = node; to != source; to = paths.before(to)) {
      pass(paths.before(to), to);
    }
  }

  private void extendFrom(int expert, ShortestPaths paths) {
    for (int to = 0; to < experts; to++) {
      paths.extend(expert, to, members.lossOfMove(expert, to) - prices[expert] + prices[to]);
    }
    if (!hasSpare[expert]) {
      paths.extend(expert, experts, prices[experts] - prices[expert]);
    }
  }

  private void extendFromSpares(ShortestPaths paths) {
    for (int to = 0; to < experts; to++) {
      if (hasSpare[to]) {
        paths.extend(experts, to, prices[to] - prices[experts]);
      }
    }
  }

  /** Passes the surplus token from one node to the next. */
  private void pass(int from, int to) {
    if (to == experts) {
      hasSpare[from] = true;
      sparesTaken++;
    } else if (from == experts) {
      hasSpare[to] = false;
      sparesTaken--;
    } else {
      members.move(from, to);
    }
  }
}
