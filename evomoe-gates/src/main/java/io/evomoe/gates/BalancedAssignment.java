package io.evomoe.gates;

import io.evomoe.moe.TokenMatrix;
import io.evomoe.random.CounterRandom;
import java.util.Arrays;

/**
 * The assignment of tokens to experts with the largest total score among those whose loads differ
 * by at most one, S and E being any numbers (BASE layers, Lewis et al., arXiv 2103.16716, equation
 * 3).
 *
 * <p>An ascending auction: tokens ask for the expert with the best score less price, and the prices
 * of experts asked for too often rise until a token would as soon move to where there is room. It
 * is the exact form (Demange, Gale and Sotomayor, "Multi-item auctions", 1986), where prices rise
 * by the length of the shortest path to a free place, and each rise puts one token too many in
 * place. So it ends after at most S rises, and the total is that of the Hungarian method up to
 * rounding. The well-known implementation raises prices by bids of a least increment instead
 * (Bertsekas 1992): it is approximate, slow where scores are alike, and never ends where E does not
 * divide S.
 *
 * <p>It opens with the prices at which a quarter of the tokens, drawn from a fixed seed, are
 * balanced, found in the same way: then few tokens ask for an expert that is full, whatever the
 * scores look like. They may be alike, or lie on a line.
 *
 * <p>Each expert has {@code S / E} places, and S mod E experts get one of the spare places, which
 * are traded as if they were at one more expert.
 */
public final class BalancedAssignment {
  private static final int SAMPLED_OF = 4;

  /** Far enough from that of the largest double for the sum of a path through all experts. */
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
   * The expert of each token.
   *
   * @param scores [S, E]
   * @throws IllegalArgumentException for scores that are not finite
   */
  public static int[] of(TokenMatrix scores) {
    if (!scores.isFinite()) {
      throw new IllegalArgumentException("scores must be finite");
    }
    int[] expertOf = new int[scores.tokens()];
    assign(losses(scores), scores.columns(), expertOf);
    return expertOf;
  }

  /** Fills in the experts; gives their prices. */
  private static double[] assign(double[] scores, int experts, int[] expertOf) {
    double[] opening = openingPrices(scores, experts, expertOf.length);
    FirstChoice.fill(scores, opening, expertOf);
    BalancedAssignment assignment = new BalancedAssignment(scores, experts, expertOf, opening);
    assignment.balance();
    return Arrays.copyOf(assignment.prices, experts);
  }

  /** Those of a sample of the tokens; 0 where it would not fill every expert. */
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
   * Less the best of their row, which changes no assignment, and halved as often as it takes for no
   * sum to overflow. Not divided by the largest magnitude: beside a row that is many times larger
   * the others would be lost in rounding.
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

  /** Raises prices until one token too many at the source has a place, by Dijkstra's method. */
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

  /** Passes the token too many from one node to the next. */
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
