package io.evomoe.training.internal.rounds;

import io.evomoe.nn.Place;
import io.evomoe.nn.RoutingReport;
import java.util.HashMap;
import java.util.Map;

/** Tokens that each expert computed. */
final class ExpertTokens {
  private final Map<Expert, Double> tokens = new HashMap<>();

  private record Expert(String layer, int number) {}

  void add(Iterable<RoutingReport> reports) {
    for (RoutingReport report : reports) {
      for (int e = 0; e < report.load().size(); e++) {
        double load = report.load().get(e);
        tokens.merge(new Expert(report.layer(), e), load, Double::sum);
      }
    }
  }

  /** Of the expert that a parameter belongs to; 1 for one that belongs to none of several. */
  double of(Place parameter) {
    return parameter
        .expert()
        .map(expert -> tokens.getOrDefault(new Expert(expert.layer(), expert.number()), 1.0))
        .orElse(1.0);
  }
}
