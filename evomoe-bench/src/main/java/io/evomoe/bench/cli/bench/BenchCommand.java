package io.evomoe.bench.cli.bench;

import io.evomoe.bench.cli.bench.KernelBenchmark.KernelTime;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.run.record.Json;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code evomoe bench}: speed on this machine. */
@Command(
    name = "bench",
    description = "Measures speed on this machine.",
    footer = "evomoe bench step --json",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      BenchStepCommand.class,
      BenchGenerateCommand.class,
      BenchCommand.KernelTimes.class,
      DeterminismCommand.class
    })
public final class BenchCommand {
  private BenchCommand() {}

  /** {@code evomoe bench kernels}. */
  @Command(name = "kernels", description = "Times single kernels.", footer = "evomoe bench kernels")
  static final class KernelTimes implements Runnable {
    @Option(names = "--json", description = "print one line of JSON")
    boolean json;

    @Override
    public void run() {
      List<KernelTime> times = new KernelBenchmark(KernelSelection.forType(DataType.FLOAT)).run();
      if (json) {
        System.out.println(Json.line(times));
      } else {
        times.forEach(
            time ->
                System.out.printf(
                    "%-8s %-44s %10.1f us%n", time.kernels(), time.kernel(), time.micros()));
      }
    }
  }
}
