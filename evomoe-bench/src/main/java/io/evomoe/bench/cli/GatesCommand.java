package io.evomoe.bench.cli;

import io.evomoe.bench.cli.console.StandardOutput;
import io.evomoe.moe.GateProvider;
import picocli.CommandLine.Command;

/** {@code evomoe gates}: lists what is installed. */
@Command(
    name = "gates",
    description = "Lists the installed gates, including those of other jars.",
    footer = "evomoe gates")
final class GatesCommand implements Runnable {
  @Override
  public void run() {
    for (GateProvider gate : GateProvider.installed()) {
      System.out.println(
          StandardOutput.wrapped("%-12s %s".formatted(gate.name(), gate.description()), 13));
    }
  }
}
