package io.evomoe.gates;

import java.util.Arrays;

/**
 * The largest total of a balanced assignment, by the Hungarian method over one column a place (Kuhn
 * 1955, with potentials). Slow and independent of the code under test.
 */
final class Hungarian {
  private static final double FORBIDDEN = 1e7;

  private Hungarian() {}

  /**
   * The largest total score where loads differ by at most one. Every expert has S / E places and,
   * where E does not divide S, a spare one, which idle rows fill where no token does.
   */
  static double bestBalancedTotal(double[][] scores) {
    int tokens = scores.length;
    int experts = scores[0].length;
    int places = tokens / experts;
    int perExpert = tokens % experts == 0 ? places : places + 1;
    int n = perExpert * experts;
    double[][] cost = new double[n][n];
    for (int row = 0; row < n; row++) {
      for (int column = 0; column < n; column++) {
        boolean spare = column % perExpert == places;
        double idle = spare ? 0 : FORBIDDEN;
        cost[row][column] = row < tokens ? -scores[row][column / perExpert] : idle;
      }
    }
    return -leastCost(cost);
  }

  private static double leastCost(double[][] cost) {
    int n = cost.length;
    double[] u = new double[n + 1];
    double[] v = new double[n + 1];
    int[] rowOf = new int[n + 1];
    for (int row = 1; row <= n; row++) {
      augment(cost, row, u, v, rowOf);
    }
    double total = 0;
    for (int column = 1; column <= n; column++) {
      total += cost[rowOf[column] - 1][column - 1];
    }
    return total;
  }

  private static void augment(double[][] cost, int start, double[] u, double[] v, int[] rowOf) {
    int n = cost.length;
    double[] slack = new double[n + 1];
    int[] before = new int[n + 1];
    boolean[] used = new boolean[n + 1];
    Arrays.fill(slack, Double.POSITIVE_INFINITY);
    rowOf[0] = start;
    int column = 0;
    while (rowOf[column] != 0) {
      used[column] = true;
      int row = rowOf[column];
      int next = 0;
      double delta = Double.POSITIVE_INFINITY;
      for (int j = 1; j <= n; j++) {
        double reduced = cost[row - 1][j - 1] - u[row] - v[j];
        if (!used[j] && reduced < slack[j]) {
          slack[j] = reduced;
          before[j] = column;
        }
        if (!used[j] && slack[j] < delta) {
          delta = slack[j];
          next = j;
        }
      }
      for (int j = 0; j <= n; j++) {
        if (used[j]) {
          u[rowOf[j]] += delta;
          v[j] -= delta;
        } else {
          slack[j] -= delta;
        }
      }
      column = next;
    }
    while (column != 0) {
      rowOf[column] = rowOf[before[column]];
      column = before[column];
    }
  }
}
