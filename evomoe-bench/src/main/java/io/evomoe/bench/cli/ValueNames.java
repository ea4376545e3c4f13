package io.evomoe.bench.cli;

import io.evomoe.bench.compare.KeepModels;
import io.evomoe.kernel.Precision;
import io.evomoe.models.text.source.RecordFormat;
import io.evomoe.moe.GateRegistry;
import io.evomoe.run.config.Architecture;
import io.evomoe.run.config.Preset;
import io.evomoe.run.result.EvalRequest;
import io.evomoe.run.task.Tasks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Values of options that are names of something, for shells that complete them. */
final class ValueNames {

  private ValueNames() {}

  /** Gives the options of all commands that take such a name the names that there are. */
  static void complete(CommandLine commands) {
    complete(commands, known());
  }

  private static void complete(CommandLine command, Map<String, List<String>> known) {
    CommandSpec spec = command.getCommandSpec();
    for (OptionSpec option : List.copyOf(spec.options())) {
      List<String> names = known.get(option.longestName());
      if (names != null) {
        spec.remove(option);
        spec.addOption(option.toBuilder().completionCandidates(names).build());
      }
    }
    command.getSubcommands().values().forEach(sub -> complete(sub, known));
  }

  private static Map<String, List<String>> known() {
    List<String> gates = GateRegistry.installed().names();
    List<String> several = new ArrayList<>(gates);
    several.add(GateSelection.ALL);
    return Map.of(
        "--task",
        Tasks.names(),
        "--preset",
        presets(),
        "--gate",
        gates,
        "--gates",
        several,
        "--precision",
        texts(Precision.values()),
        "--architecture",
        texts(Architecture.values()),
        "--split",
        EvalRequest.SPLITS,
        "--keep-models",
        texts(KeepModels.values()),
        "--data-format",
        RecordFormat.installed().stream().map(RecordFormat::id).toList());
  }

  /** Of any task. */
  private static List<String> presets() {
    return Tasks.names().stream()
        .flatMap(task -> Tasks.presets(task).stream())
        .map(Preset::name)
        .distinct()
        .toList();
  }

  private static List<String> texts(Object[] values) {
    return Arrays.stream(values).map(Object::toString).toList();
  }
}
