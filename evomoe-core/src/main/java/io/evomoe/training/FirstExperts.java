package io.evomoe.training;

import io.evomoe.nn.RoutingReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * The first expert of each real token of the validation batches, layer by layer. The batches never
 * change, so they are the probe set of the routing fluctuation (Dai et al., "StableMoE", ACL 2022,
 * arXiv 2204.08396). It is the share of these tokens whose first expert changes while a model
 * trains.
 */
final class FirstExperts {
  private final Map<String, List<Integer>> layers = new LinkedHashMap<>();

  /** Adds the reports of the layers for the next batch. */
  void add(List<RoutingReport> reports) {
    for (RoutingReport report : reports) {
      layers
          .computeIfAbsent(report.layer(), name -> new ArrayList<>())
          .addAll(report.firstExperts());
    }
  }

  /**
   * Returns the share of the tokens whose first expert has changed, in 0..1, averaged over layers.
   *
   * @param earlier an earlier measurement of the same tokens
   * @return empty if no layer was measured both times, e.g. before the experts are spawned
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
