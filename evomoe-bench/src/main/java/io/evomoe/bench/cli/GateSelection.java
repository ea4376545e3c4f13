package io.evomoe.bench.cli;

import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateRegistry;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which gates {@code --gates} means: those named, or all that can serve in the task's models. */
final class GateSelection {
  static final String ALL = "all";

  private GateSelection() {}

  /**
   * The gates' names.
   *
   * @param written as on the command line
   * @param causal whether the task's models are
   * @param console is told which gates {@code all} leaves out, and why
   */
  static List<String> names(
      List<String> written, GateRegistry registry, boolean causal, PrintStream console) {
    List<String> asked = written.stream().map(String::strip).toList();
    if (!asked.equals(List.of(ALL))) {
      asked.forEach(registry::provider);
      return once("gates", asked);
    }
    List<String> names = new ArrayList<>();
    for (GateProvider gate : registry.providers()) {
      Optional<String> refusal = gate.refusal(causal);
      if (refusal.isPresent()) {
        console.printf("Left out: gate %s %s%n", gate.name(), refusal.get());
      } else {
        names.add(gate.name());
      }
    }
    return names;
  }

  /**
   * What was listed, each entry once: a run that is done twice would pass for two.
   *
   * @param option of the command line, for the message
   * @throws IllegalArgumentException for an entry that is listed twice
   */
  static <T> List<T> once(String option, List<T> listed) {
    Set<T> seen = new HashSet<>();
    for (T entry : listed) {
      if (!seen.add(entry)) {
        throw new IllegalArgumentException(option + " must be different, given twice: " + entry);
      }
    }
    return listed;
  }
}
