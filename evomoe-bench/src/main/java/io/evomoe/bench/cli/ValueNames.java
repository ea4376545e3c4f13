package io.evomoe.bench.cli;

import io.evomoe.bench.compare.KeepModels;
import io.evomoe.models.text.source.RecordFormat;
import io.evomoe.moe.GateRegistry;
import io.evomoe.run.config.Preset;
import io.evomoe.run.result.EvalRequest;
import io.evomoe.run.task.Tasks;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Values of options that are names of something, for shells that complete them. */
final class ValueNames {
  private ValueNames() {}

  /** The names that an option takes; null if it takes something else. */
  static @Nullable Iterable<String> of(String option) {
    Supplier<Stream<String>> names =
        switch (option) {
          case "--task" -> () -> Tasks.names().stream();
          case "--preset" -> ValueNames::presets;
          case "--gate" -> ValueNames::gates;
          case "--gates" -> () -> Stream.concat(gates(), Stream.of(GateSelection.ALL));
          case "--split" -> EvalRequest.SPLITS::stream;
          case "--keep-models" -> () -> Stream.of(KeepModels.values()).map(Object::toString);
          case "--data-format" -> () -> RecordFormat.installed().stream().map(RecordFormat::id);
          default -> null;
        };
    return names == null ? null : () -> names.get().iterator();
  }

  private static Stream<String> gates() {
    return GateRegistry.installed().names().stream();
  }

  private static Stream<String> presets() {
    Stream<Preset> all = Tasks.names().stream().flatMap(task -> Tasks.presets(task).stream());
    return all.map(Preset::name).distinct();
  }
}
