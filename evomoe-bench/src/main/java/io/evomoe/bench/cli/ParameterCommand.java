package io.evomoe.bench.cli;

import io.evomoe.run.config.RunConfig;
import io.evomoe.run.task.Tasks;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code evomoe bench params}: the size of a model that need not fit into memory. */
@Command(
    name = "params",
    description = "Counts the parameters of a model, including all experts, without building it.",
    footer = "evomoe bench params --preset base")
final class ParameterCommand implements Runnable {
  @Mixin RunOptions options = new RunOptions();

  @Option(names = "--gate", defaultValue = "evomoe", description = "a gate, see evomoe gates")
  String gate = "evomoe";

  @Override
  public void run() {
    RunConfig config = options.config(gate, 1);
    System.out.printf(
        "%s %s, gate %s: %,d parameters%n",
        config.task(),
        options.preset,
        gate,
        Tasks.named(config.task()).parameters(config, config.model().vocabulary()).numbers());
  }
}
