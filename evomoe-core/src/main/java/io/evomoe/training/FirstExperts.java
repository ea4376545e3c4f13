package io.evomoe.training;

import io.evomoe.nn.RoutingReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * The first expert that each real token of the held-out batches had, layer by layer. The batches
 * never change, so they are the probe set of the routing fluctuation (Dai et al., "StableMoE", ACL
 * 2022, arXiv 2204.08396): how many of the same tokens change their expert while a model trains.
 */
final class FirstExperts {
  private final Map<String, List<Integer>> layers = new LinkedHashMap<>();

  /** Adds what the layers did with the next batch. */
  void add(List<RoutingReport> reports) {
    for (RoutingReport report : reports) {
      layers
          .computeIfAbsent(report.layer(), name -> new ArrayList<>())
          .addAll(report.firstExperts());
    }
  }

  /**
   * Share of the tokens whose first expert is another than before, in 0..1, mean over the layers.
   *
   * @param earlier the same tokens, measured before
   * @return empty when no layer was measured both times, as before the experts are spawned
   */
  OptionalDouble changedSince(FirstExperts earlier) {
    return layers.keySet().stream()
        .filter(layer -> earlier.of(layer).size() == of(layer).size() && !of(layer).isEmpty())
        .mapToDouble(layer -> changed(earlier.of(layer), of(layer)))
        .average();
  }

  private List<Integer> of(String layer) {
    return layers.getOrDefault(layer, List.of());
  }

  private static double changed(List<Integer> before, List<Integer> after) {
    long changed =
        IntStream.range(0, after.size()).filter(s -> !before.get(s).equals(after.get(s))).count();
    return (double) changed / after.size();
  }
}
