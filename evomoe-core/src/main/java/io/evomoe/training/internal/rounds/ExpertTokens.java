package io.evomoe.training.internal.rounds;

import io.evomoe.nn.RoutingReport;
import java.util.HashMap;
import java.util.Map;

/** Tokens that each expert computed, by the beginning of its parameters' names. */
final class ExpertTokens {
  private static final String EXPERTS = ".experts.";

  private final Map<String, Double> tokens = new HashMap<>();

  void add(Iterable<RoutingReport> reports) {
    for (RoutingReport report : reports) {
      for (int e = 0; e < report.load().size(); e++) {
        tokens.merge(report.layer() + EXPERTS + e, (double) report.load().get(e), Double::sum);
      }
    }
  }

  /** Of the expert that a parameter belongs to; 1 for one that belongs to none of several. */
  double of(String parameter) {
    int at = parameter.lastIndexOf(EXPERTS);
    if (at < 0) {
      return 1;
    }
    int end = parameter.indexOf('.', at + EXPERTS.length());
    return tokens.getOrDefault(end < 0 ? parameter : parameter.substring(0, end), 1.0);
  }
}
