package io.evomoe.bench.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.evomoe.bench.measure.KernelBenchmark;
import io.evomoe.bench.measure.KernelBenchmark.KernelTime;
import io.evomoe.bench.measure.KernelClock;
import io.evomoe.bench.measure.StepBenchmark;
import io.evomoe.bench.measure.StepSpeed;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Precision;
import io.evomoe.models.gpt.GptConfig;
import io.evomoe.models.stack.StackSize;
import io.evomoe.run.config.Architecture;
import io.evomoe.run.config.ModelConfig;
import io.evomoe.run.config.Preset;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.internal.task.Tasks;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code evomoe bench}: speed on this machine. */
@Command(
    name = "bench",
    description = "Measures speed on this machine.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      BenchCommand.Step.class,
      BenchCommand.KernelTimes.class,
      ParameterCommand.class,
      DeterminismCommand.class
    })
final class BenchCommand {
  private BenchCommand() {}

  private static String json(Object value) throws JsonProcessingException {
    return new ObjectMapper().writeValueAsString(value);
  }

  /** {@code evomoe bench step}. */
  @Command(
      name = "step",
      description = "Times training steps of a GPT or a Llama on random tokens.",
      mixinStandardHelpOptions = true,
      showDefaultValues = true)
  static final class Step implements Callable<Integer> {
    @Option(names = "--gate", defaultValue = "switch")
    String gate = "switch";

    @Option(
        names = "--gate-option",
        paramLabel = "NAME=VALUE",
        description = "an option of the gate, such as capacityFactor=infinite; may be repeated")
    Map<String, String> gateOptions = new LinkedHashMap<>();

    @Option(names = "--architecture", defaultValue = "gpt", description = "gpt or llama")
    String architecture = "gpt";

    @Option(
        names = "--kv-heads",
        description = "heads of keys and values, for llama; as many as heads by default")
    @Nullable Integer keyValueHeads;

    @Option(names = "--layers", defaultValue = "4")
    int layers;

    @Option(names = "--d-model", defaultValue = "256")
    int width;

    @Option(names = "--d-ff", defaultValue = "1024")
    int hidden;

    @Option(names = "--heads", defaultValue = "8")
    int heads;

    @Option(names = "--experts", defaultValue = "8")
    int experts;

    @Option(names = "--vocab", defaultValue = "4096")
    int vocabulary;

    @Option(names = "--seq", defaultValue = "128")
    int sequence;

    @Option(names = "--batch", defaultValue = "16")
    int batch;

    @Option(names = "--moe-every", defaultValue = "2")
    int moeEvery;

    @Option(names = "--precision", defaultValue = "f32", description = "f32 or bf16")
    String precision = "f32";

    @Option(
        names = "--temperature",
        defaultValue = "2.0",
        description = "of gates that know one; constant")
    double temperature;

    @Option(names = "--hard", description = "one expert a token, in gates that know phases")
    boolean hard;

    @Option(
        names = "--recompute",
        description = "compute activations again instead of keeping them")
    boolean recompute;

    @Option(names = "--steps", defaultValue = "8")
    int steps;

    @Option(names = "--warmup", defaultValue = "3")
    int warmup;

    @Option(
        names = "--profile",
        description = "also the time in each kernel, on standard error (the step itself is slower)")
    boolean profile;

    @Option(names = "--json", description = "one line of JSON")
    boolean json;

    @Override
    public Integer call() throws JsonProcessingException {
      StepBenchmark benchmark = benchmark();
      KernelClock clock = new KernelClock();
      StepSpeed speed = profile ? benchmark.run(clock) : benchmark.run();
      clock
          .shares(steps)
          .forEach(
              share ->
                  System.err.printf(
                      "%-24s %8.2f ms in %6.1f calls a step%n",
                      share.kernel(), share.millis(), share.calls()));
      System.out.println(json ? json(speed) : speed.toString());
      return 0;
    }

    private ModelConfig withHeads(ModelConfig model) {
      Integer shared = keyValueHeads;
      return shared == null ? model : model.with(m -> m.keyValueHeads(shared));
    }

    private StepBenchmark benchmark() {
      Architecture blocksOf = Architecture.named(architecture);
      ModelConfig model =
          Tasks.preset("gpt", "quick")
              .model()
              .with(m -> m.layers(layers).width(width).hidden(hidden).heads(heads))
              .with(m -> m.experts(experts).moeEvery(moeEvery).dropout(0));
      RunConfig usual =
          new Preset("bench", model, Tasks.preset("gpt", "quick").training())
              .config("gpt", gate, 1, blocksOf);
      StackSize blocks =
          usual.with(c -> c.model(withHeads(usual.model()))).stack(ActivationFunction.GELU);
      GptConfig size =
          new GptConfig(
              vocabulary, sequence, recompute ? blocks.with(s -> s.recomputed(true)) : blocks);
      return new StepBenchmark(
          gate,
          Precision.parse(precision),
          gateOptions,
          blocksOf,
          size,
          sequence,
          batch,
          temperature,
          hard,
          warmup,
          steps);
    }
  }

  /** {@code evomoe bench kernels}. */
  @Command(name = "kernels", description = "Times single kernels.", mixinStandardHelpOptions = true)
  static final class KernelTimes implements Callable<Integer> {
    @Option(names = "--json", description = "one line of JSON")
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
