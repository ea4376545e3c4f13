package io.evomoe.gates;

import java.util.Arrays;

/**
 * The tokens of each expert. For each pair of experts it also finds the token that loses least by
 * moving from one to the other.
 */
final class ExpertMembers {
  private static final int NONE = -1;

  private final double[] scores;
  private final int experts;
  private final int[] expertOf;
  private final int[] place;
  private final int[][] members;
  private final int[] load;
  private final int[] cheapest;
  private final double[] least;

  /**
   * Creates the members from a first choice.
   *
   * @param scores [S, E] in rows
   * @param expertOf the expert of each token; {@link #move} updates it
   */
  ExpertMembers(double[] scores, int experts, int[] expertOf) {
    this.scores = scores;
    this.experts = experts;
    this.expertOf = expertOf;
    this.place = new int[expertOf.length];
    this.members = new int[experts][Math.max(4, expertOf.length / experts)];
    this.load = new int[experts];
    this.cheapest = new int[experts * experts];
    this.least = new double[experts * experts];
    for (int t = 0; t < expertOf.length; t++) {
      append(t, expertOf[t]);
    }
    for (int from = 0; from < experts; from++) {
      for (int to = 0; to < experts; to++) {
        findCheapest(from, to);
      }
    }
  }

  /** Returns the number of tokens of an expert. */
  int load(int expert) {
    return load[expert];
  }

  /** Returns the score lost by the cheapest move, or infinity if there is no token to move. */
  double lossOfMove(int from, int to) {
    return least[from * experts + to];
  }

  /** Makes the cheapest move. */
  void move(int from, int to) {
    int t = cheapest[from * experts + to];
    remove(t, from);
    append(t, to);
    expertOf[t] = to;
    for (int e = 0; e < experts; e++) {
      if (cheapest[from * experts + e] == t) {
        findCheapest(from, e);
      }
      double loss = loss(t, to, e);
      if (loss < lossOfMove(to, e)) {
        cheapest[to * experts + e] = t;
        least[to * experts + e] = loss;
      }
    }
  }

  private double loss(int t, int from, int to) {
    return scores[t * experts + from] - scores[t * experts + to];
  }

  private void append(int t, int expert) {
    if (load[expert] == members[expert].length) {
      members[expert] = Arrays.copyOf(members[expert], 2 * load[expert]);
    }
    place[t] = load[expert];
    members[expert][load[expert]++] = t;
  }

  private void remove(int t, int expert) {
    int last = members[expert][--load[expert]];
    members[expert][place[t]] = last;
    place[last] = place[t];
  }

  /**
   * Starts at another member for each target. Among equal tokens, each target then has its own
   * cheapest one, and a move needs one search instead of E.
   */
  private void findCheapest(int from, int to) {
    int count = load[from];
    int next = (int) ((long) count * to / experts);
    int best = NONE;
    double lowest = Double.POSITIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      int t = members[from][next];
      next = next + 1 == count ? 0 : next + 1;
      double loss = loss(t, from, to);
      if (loss < lowest) {
        lowest = loss;
        best = t;
      }
    }
    cheapest[from * experts + to] = best;
    least[from * experts + to] = lowest;
  }
}
