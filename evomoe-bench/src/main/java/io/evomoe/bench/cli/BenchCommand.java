package io.evomoe.bench.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.evomoe.bench.measure.KernelBenchmark;
import io.evomoe.bench.measure.KernelBenchmark.KernelTime;
import io.evomoe.bench.measure.KernelClock;
import io.evomoe.bench.measure.KernelThreads;
import io.evomoe.bench.measure.StepBenchmark;
import io.evomoe.bench.measure.StepSpeed;
import io.evomoe.kernel.KernelSelection;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code evomoe bench}: speed on this machine. */
@Command(
    name = "bench",
    description = "Measures speed on this machine.",
    footer = "evomoe bench step --json",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      BenchCommand.Step.class,
      BenchGenerateCommand.class,
      BenchCommand.KernelTimes.class,
      ParameterCommand.class,
      DeterminismCommand.class
    })
final class BenchCommand {
  private BenchCommand() {}

  static String json(Object value) throws JsonProcessingException {
    return new ObjectMapper().writeValueAsString(value);
  }

  /** {@code evomoe bench step}. */
  @Command(
      name = "step",
      description = "Times training steps of a GPT or Llama model on random tokens.",
      footer = "evomoe bench step --batch 32 --profile")
  static final class Step implements Callable<Integer> {
    @Mixin BenchModelOptions model = new BenchModelOptions();

    @Option(names = "--seq", defaultValue = "128", description = "tokens in a sequence")
    int sequence;

    @Option(names = "--batch", defaultValue = "16", description = "sequences in a batch")
    int batch;

    @Option(names = "--recompute", description = "recompute activations in the backward pass")
    boolean recompute;

    @Option(names = "--threads", description = "threads of the kernels (default: all processors)")
    @Nullable Integer threads;

    @Option(names = "--steps", defaultValue = "8", description = "measured steps")
    int steps;

    @Option(names = "--warmup", defaultValue = "3", description = "steps before the measured ones")
    int warmup;

    @Override
    public Integer call() throws JsonProcessingException {
      if (threads != null) {
        KernelThreads.limit(threads);
      }
      StepBenchmark benchmark =
          new StepBenchmark(
              model.model(sequence, recompute),
              model.precision(),
              sequence,
              batch,
              model.temperature,
              model.hard,
              warmup,
              steps);
      KernelClock clock = new KernelClock();
      StepSpeed speed = model.profile ? benchmark.run(clock) : benchmark.run();
      model.print(speed, clock, steps, "step");
      return 0;
    }
  }

  /** {@code evomoe bench kernels}. */
  @Command(name = "kernels", description = "Times single kernels.", footer = "evomoe bench kernels")
  static final class KernelTimes implements Callable<Integer> {
    @Option(names = "--json", description = "print one line of JSON")
    boolean json;

    @Override
    public Integer call() throws JsonProcessingException {
      List<KernelTime> times = new KernelBenchmark(KernelSelection.forType(DataType.FLOAT)).run();
      if (json) {
        System.out.println(json(times));
      } else {
        times.forEach(
            time ->
                System.out.printf(
                    "%-8s %-44s %10.1f us%n", time.kernels(), time.kernel(), time.micros()));
      }
      return 0;
    }
  }
}
