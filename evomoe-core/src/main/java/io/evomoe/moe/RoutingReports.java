package io.evomoe.moe;

import io.evomoe.nn.Pass;
import io.evomoe.nn.RoutingReport;
import io.evomoe.nn.TokenBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Counts what a routing did. */
final class RoutingReports {
  private RoutingReports() {}

  static RoutingReport of(String layer, Routing routing, Pass pass, double auxLoss) {
    TokenBatch tokens = pass.tokens();
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
    List<Integer> activeHistogram = Arrays.stream(histogram).boxed().toList();
    RoutingReport report =
        new RoutingReport(
            layer,
            tokens.realTokens(),
            load,
            activeHistogram,
            routing.dropped(),
            auxLoss,
            List.of());
    return pass.step().training() ? report : report.withFirstExperts(firstExperts(routing, tokens));
  }

  private static List<Integer> firstExperts(Routing routing, TokenBatch tokens) {
    int[] first = routing.firstExperts();
    return IntStream.range(0, first.length)
        .filter(s -> !tokens.isPadding(s))
        .mapToObj(s -> first[s])
        .toList();
  }
}
