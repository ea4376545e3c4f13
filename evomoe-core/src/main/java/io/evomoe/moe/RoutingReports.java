package io.evomoe.moe;

import io.evomoe.nn.Pass;
import io.evomoe.nn.RoutingReport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Collects the statistics of routings. */
final class RoutingReports {
  private RoutingReports() {}

  static RoutingReport of(String layer, Routing routing, Pass pass, double auxLoss) {
    int[] active = new int[routing.tokenCount()];
    List<Integer> load = new ArrayList<>();
    for (int e = 0; e < routing.experts(); e++) {
      load.add(routing.load(e));
      for (int i = routing.offset(e); i < routing.offset(e + 1); i++) {
        active[routing.token(i)]++;
      }
    }
    int[] histogram = new int[routing.experts() + 1];
    int[] real = pass.tokens().realRows();
    for (int s : real) {
      histogram[active[s]]++;
    }
    List<Integer> activeHistogram = Arrays.stream(histogram).boxed().toList();
    RoutingReport report =
        new RoutingReport(
            layer, real.length, load, activeHistogram, routing.dropped(), auxLoss, List.of());
    return pass.step().training() ? report : report.withFirstExperts(firstExperts(routing, real));
  }

  private static List<Integer> firstExperts(Routing routing, int[] real) {
    int[] first = routing.firstExperts();
    return IntStream.of(real).mapToObj(s -> first[s]).toList();
  }
}
