package io.evomoe.bench.cli;

import io.evomoe.bench.measure.KernelClock;
import io.evomoe.bench.measure.UntrainedModel;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.Precision;
import io.evomoe.models.gpt.GptConfig;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.run.config.ComputeConfig;
import io.evomoe.run.config.ModelConfig;
import io.evomoe.run.config.Preset;
import io.evomoe.run.config.StrictYaml;
import io.evomoe.run.record.Json;
import io.evomoe.run.task.Tasks;
import io.evomoe.step.Phase;
import io.evomoe.step.StepContext;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that say which decoder is measured: shared by commands. */
final class BenchModelOptions {
  private static final Preset QUICK = Tasks.preset("gpt", "quick");
  private static final ModelConfig USUAL =
      QUICK
          .model()
          .with(m -> m.numHiddenLayers(4).hiddenSize(256).intermediateSize(1024))
          .with(m -> m.numAttentionHeads(8).experts(8).moeEvery(2).vocabulary(4096).dropout(0));

  @Option(names = "--gate", defaultValue = "switch", description = "gate")
  String gate = "switch";

  @Option(
      names = "--gate-option",
      paramLabel = "NAME=VALUE",
      description = "option of the gate, e.g. capacityFactor=infinite; may be repeated")
  Map<String, String> gateOptions = new LinkedHashMap<>();

  @Mixin
  FieldOptions size =
      new FieldOptions(
          ModelConfig.class,
          field -> StrictYaml.fields(USUAL).path(field.getName()).asText(),
          "--architecture --layers=numHiddenLayers --d-model=hiddenSize --d-ff=intermediateSize --expert-d-ff=moeIntermediateSize --heads=numAttentionHeads --kv-heads=numKeyValueHeads --experts --vocab=vocabulary --moe-every");

  @Mixin FieldOptions compute = new FieldOptions(ComputeConfig.class, "--precision");

  @Option(
      names = "--temperature",
      defaultValue = "2.0",
      description = "constant temperature of gates")
  double temperature;

  @Option(names = "--profile", description = "also print each kernel's time to standard error")
  boolean profile;

  @Option(names = "--json", description = "print one line of JSON")
  boolean json;

  @Option(names = "--hard", description = "one expert for each token, for gates with phases")
  boolean hard;

  /** Prints what was measured, and the time in each kernel for each of so many units. */
  void print(Object speed, KernelClock clock, int units, String unit) {
    for (KernelClock.Share share : clock.shares(units)) {
      System.err.printf(
          "%-24s %8.3f ms in %6.1f calls a %s%n",
          share.kernel(), share.millis(), share.calls(), unit);
    }
    System.out.println(json ? Json.line(speed) : speed.toString());
  }

  /** How its products are computed. */
  Precision precision() {
    return compute.over(ComputeConfig.DEFAULT).precision();
  }

  /** What gates are told of generated tokens; rejects a temperature out of its bounds. */
  StepContext context() {
    return new StepContext(
        0, hard ? Phase.HARD : Phase.SOFT, temperature, false, UntrainedModel.SEED);
  }

  /**
   * The decoder.
   *
   * @param positions longest sequence
   * @param recomputed whether activations are computed again in the backward pass
   */
  UntrainedModel model(int positions, boolean recomputed) {
    context();
    ModelConfig model = size.over(USUAL);
    StackConfig stack =
        new Preset("bench", model, QUICK.training(), Map.of())
            .config("gpt", gate, 1, model.architecture())
            .stack(ActivationFunction.GELU)
            .with(s -> s.recomputed(recomputed));
    GptConfig config = new GptConfig(model.vocabulary(), positions, stack);
    return new UntrainedModel(gate, gateOptions, model.architecture(), config);
  }
}
