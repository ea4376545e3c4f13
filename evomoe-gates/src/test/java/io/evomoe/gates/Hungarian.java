package io.evomoe.gates;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The largest total of a balanced assignment, by the Hungarian method over one column a place (Kuhn
 * 1955, with potentials), without rounding. Slow and independent of the code under test.
 */
final class Hungarian {
  private Hungarian() {}

  /**
   * The largest total score where loads differ by at most one. Every expert has S / E places and,
   * where E does not divide S, a spare one, which idle rows fill where no token does.
   */
  static BigDecimal bestBalancedTotal(double[][] scores) {
    int tokens = scores.length;
    int experts = scores[0].length;
    int places = tokens / experts;
    int perExpert = tokens % experts == 0 ? places : places + 1;
    int n = perExpert * experts;
    BigDecimal forbidden =
        Arrays.stream(scores)
            .flatMapToDouble(Arrays::stream)
            .mapToObj(score -> new BigDecimal(score).abs())
            .reduce(BigDecimal.ONE, BigDecimal::add);
    BigDecimal[][] cost = new BigDecimal[n][n];
    for (int row = 0; row < n; row++) {
      for (int column = 0; column < n; column++) {
        boolean spare = column % perExpert == places;
        BigDecimal idle = spare ? BigDecimal.ZERO : forbidden;
        cost[row][column] =
            row < tokens ? new BigDecimal(scores[row][column / perExpert]).negate() : idle;
      }
    }
    return leastCost(cost).negate();
  }

  private static BigDecimal leastCost(BigDecimal[][] cost) {
    int n = cost.length;
    BigDecimal[] u = zeros(n + 1);
    BigDecimal[] v = zeros(n + 1);
    int[] rowOf = new int[n + 1];
    for (int row = 1; row <= n; row++) {
      augment(cost, row, u, v, rowOf);
    }
    BigDecimal total = BigDecimal.ZERO;
    for (int column = 1; column <= n; column++) {
      total = total.add(cost[rowOf[column] - 1][column - 1]);
    }
    return total;
  }

  private static BigDecimal[] zeros(int length) {
    return Stream.generate(() -> BigDecimal.ZERO).limit(length).toArray(BigDecimal[]::new);
  }

  private static void augment(
      BigDecimal[][] cost, int start, BigDecimal[] u, BigDecimal[] v, int[] rowOf) {
    int n = cost.length;
    @Nullable BigDecimal[] slack = new BigDecimal[n + 1];
    int[] before = new int[n + 1];
    boolean[] used = new boolean[n + 1];
    rowOf[0] = start;
    int column = 0;
    while (rowOf[column] != 0) {
      used[column] = true;
      int row = rowOf[column];
      int next = 0;
      BigDecimal delta = null;
      for (int j = 1; j <= n; j++) {
        if (used[j]) {
          continue;
        }
        BigDecimal reduced = cost[row - 1][j - 1].subtract(u[row]).subtract(v[j]);
        BigDecimal known = slack[j];
        if (known == null || reduced.compareTo(known) < 0) {
          slack[j] = reduced;
          known = reduced;
          before[j] = column;
        }
        if (delta == null || known.compareTo(delta) < 0) {
          delta = known;
          next = j;
        }
      }
      for (int j = 0; j <= n; j++) {
        BigDecimal known = slack[j];
        if (used[j]) {
          u[rowOf[j]] = u[rowOf[j]].add(delta);
          v[j] = v[j].subtract(delta);
        } else if (known != null) {
          slack[j] = known.subtract(delta);
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
