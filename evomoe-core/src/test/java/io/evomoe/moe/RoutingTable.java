package io.evomoe.moe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;

/** A routing spread out as a table, to compare two of them token by token. */
final class RoutingTable {
  private RoutingTable() {}

  /** Weight of each token at each expert, -1 where it is not assigned; the bypass comes last. */
  static double[][] of(Routing routing) {
    double[][] table = new double[routing.tokenCount()][routing.experts() + 1];
    double[] bypass = routing.bypass();
    for (int s = 0; s < table.length; s++) {
      Arrays.fill(table[s], -1);
      table[s][routing.experts()] = bypass == null ? 0 : bypass[s];
    }
    for (int e = 0; e < routing.experts(); e++) {
      for (int i = routing.offset(e); i < routing.offset(e + 1); i++) {
        table[routing.token(i)][e] = routing.weight(i);
      }
    }
    return table;
  }

  static void assertSame(Routing actual, Routing expected, double tolerance, String description) {
    assertThat(actual.dropped()).as(description).isEqualTo(expected.dropped());
    assertSame(of(actual), of(expected), tolerance, description);
  }

  static void assertSame(
      double[][] actual, double[][] expected, double tolerance, String description) {
    assertThat(actual).as(description).hasDimensions(expected.length, expected[0].length);
    for (int s = 0; s < expected.length; s++) {
      assertThat(actual[s])
          .as("%s, token %d", description, s)
          .containsExactly(expected[s], within(tolerance));
    }
  }
}
