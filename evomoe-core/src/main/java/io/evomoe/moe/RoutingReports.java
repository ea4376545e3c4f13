package io.evomoe.moe;

import io.evomoe.nn.RoutingReport;
import io.evomoe.nn.TokenBatch;
import java.util.ArrayList;
import java.util.List;

/** Counts what a routing did. */
final class RoutingReports {
  private RoutingReports() {}

  static RoutingReport of(String layer, Routing routing, TokenBatch tokens, double auxLoss) {
    int[] active = new int[routing.tokenCount()];
    List<Integer> load = new ArrayList<>();
    for (int e = 0; e < routing.experts(); e++) {
      load.add(routing.load(e));
      for (int i = routing.offset(e); i < routing.offset(e + 1); i++) {
        active[routing.token(i)]++;
      }
    }
    int[] histogram = new int[routing.experts() + 1];
    for (int s = 0; s < active.length; s++) {
      if (!tokens.isPadding(s)) {
        histogram[active[s]]++;
      }
    }
    List<Integer> activeHistogram = java.util.Arrays.stream(histogram).boxed().toList();
    return new RoutingReport(
        layer, tokens.realTokens(), load, activeHistogram, routing.dropped(), auxLoss);
  }
}
