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

  /** Far enough below the largest double for the sum of a path through all experts. */
  private static final double LARGEST = 1e305;

  /** Two values are equal if they differ by less than this share of their operands. */
  private static final double ROUNDING = 1e-13;

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
   * @throws IllegalArgumentException if a score is not finite or above 1e305 in magnitude
   */
  public static int[] of(TokenMatrix scores) {
    int[] expertOf = new int[scores.tokens()];
    assign(losses(scores), scores.columns(), expertOf);
    return expertOf;
  }

  /** Fills in the experts and returns their prices. */
  private static double[] assign(double[] scores, int experts, int[] expertOf) {
    double[] opening = openingPrices(scores, experts, expertOf.length);
    chooseFirst(scores, opening, expertOf);
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

  /** Returns the scores minus the best of their row, which changes no assignment. */
  private static double[] losses(TokenMatrix scores) {
    int experts = scores.columns();
    double[] values = new double[scores.tokens() * experts];
    for (int t = 0; t < scores.tokens(); t++) {
      double best = scores.get(t, scores.argMax(t));
      for (int e = 0; e < experts; e++) {
        double score = scores.get(t, e);
        if (!(Math.abs(score) <= LARGEST)) {
          throw new IllegalArgumentException(
              "scores must be at most 1e305 in magnitude, were " + score);
        }
        values[t * experts + e] = score - best;
      }
    }
    return values;
  }

  /**
   * Chooses for each token the expert with the best score minus price. Ties go to the lowest expert
   * with a free place, so tokens that like the same experts spread over them.
   *
   * @param scores [S, E] in rows
   * @param prices [E]
   * @param expertOf [S], to be filled in
   */
  private static void chooseFirst(double[] scores, double[] prices, int[] expertOf) {
    int places = expertOf.length / prices.length;
    int[] load = new int[prices.length];
    for (int t = 0; t < expertOf.length; t++) {
      expertOf[t] = choose(scores, t * prices.length, prices, load, places);
      load[expertOf[t]]++;
    }
  }

  private static int choose(double[] scores, int row, double[] prices, int[] load, int places) {
    int best = 0;
    for (int e = 1; e < prices.length; e++) {
      if (scores[row + e] - prices[e] > scores[row + best] - prices[best]) {
        best = e;
      }
    }
    double most = scores[row + best] - prices[best];
    double size = Math.abs(scores[row + best]) + Math.abs(prices[best]);
    int lowest = -1;
    for (int e = 0; e < prices.length; e++) {
      double rounding = ROUNDING * (size + Math.abs(scores[row + e]) + Math.abs(prices[e]));
      if (scores[row + e] - prices[e] >= most - rounding) {
        if (load[e] < places) {
          return e;
        }
        lowest = lowest < 0 ? e : lowest;
      }
    }
    return lowest;
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

  /** Shortest paths from one node over edges of length at least 0 (Dijkstra's method). */
  private static final class ShortestPaths {
    private final double[] distance;
    private final int[] before;
    private final boolean[] reached;

    ShortestPaths(int nodes, int source) {
      this.distance = new double[nodes];
      this.before = new int[nodes];
      this.reached = new boolean[nodes];
      Arrays.fill(distance, Double.POSITIVE_INFINITY);
      distance[source] = 0;
      reached[source] = true;
    }

    /**
     * Adds an edge from a reached node. A length below 0, which rounding can cause, counts as 0.
     */
    void extend(int from, int to, double length) {
      double sum = distance[from] + Math.max(0, length);
      if (!reached[to] && sum < distance[to]) {
        distance[to] = sum;
        before[to] = from;
      }
    }

    /** Reaches the nearest unreached node and returns it. */
    int next() {
      int nearest = -1;
      for (int node = 0; node < distance.length; node++) {
        if (!reached[node] && (nearest < 0 || distance[node] < distance[nearest])) {
          nearest = node;
        }
      }
      reached[nearest] = true;
      return nearest;
    }

    /** Returns the previous node on the shortest path. */
    int before(int node) {
      return before[node];
    }

    /**
     * Raises the price of each reached node by the difference between the distances of {@code last}
     * and the node.
     */
    void raise(double[] prices, int last) {
      for (int node = 0; node < prices.length; node++) {
        if (reached[node]) {
          prices[node] += distance[last] - distance[node];
        }
      }
    }
  }
}
