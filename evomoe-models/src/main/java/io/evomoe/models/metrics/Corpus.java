package io.evomoe.models.metrics;

import java.util.List;

/** Checks the arguments of both text metrics. */
final class Corpus {
  private Corpus() {}

  static void check(List<String> hypotheses, List<String> references) {
    if (hypotheses.size() != references.size()) {
      throw new IllegalArgumentException(
          "hypotheses must be as many as references (%d), were %d"
              .formatted(references.size(), hypotheses.size()));
    }
    if (hypotheses.isEmpty()) {
      throw new IllegalArgumentException("hypotheses must be at least 1, were 0");
    }
  }
}
