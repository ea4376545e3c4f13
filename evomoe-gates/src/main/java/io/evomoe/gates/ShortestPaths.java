package io.evomoe.gates;

import java.util.Arrays;

/** Shortest paths from one node over edges of length at least 0 (Dijkstra's method). */
final class ShortestPaths {
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

  /** Adds an edge from a reached node. A length below 0, which rounding can cause, counts as 0. */
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
