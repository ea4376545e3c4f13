package io.evomoe.run.example;

import io.evomoe.run.PreparedData;
import io.evomoe.run.Run;
import io.evomoe.run.config.RunConfig;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Trains two gates on the same data, as the library page shows. */
final class CompareGates {
  private CompareGates() {}

  static Map<String, Double> compare(Path text, Path folder, RunConfig config) {
    Map<String, Double> losses = new LinkedHashMap<>();
    List<Path> texts = List.of(text);
    try (PreparedData data = PreparedData.read(texts, config)) {
      for (String gate : List.of("evomoe", "switch")) {
        RunConfig its = config.with(c -> c.gate(gate));
        try (Run<?> run = Run.of(its, texts).prepared(data).in(folder.resolve(gate))) {
          losses.put(gate, run.train().result().validLoss());
        }
      }
    }
    return losses;
  }
}
