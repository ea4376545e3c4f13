package io.evomoe.training.internal.rounds;

import io.evomoe.nn.Place;
import io.evomoe.nn.RoutingReport;
import java.util.HashMap;
import java.util.Map;

/** Counts the tokens that each expert computed. */
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

  /**
   * Returns the tokens of the expert that a parameter belongs to, or 1 if it belongs to no single
   * expert.
   */
  double of(Place parameter) {
    return parameter
        .expert()
        .map(expert -> tokens.getOrDefault(new Expert(expert.layer(), expert.number()), 1.0))
        .orElse(1.0);
  }
}
