package io.evomoe.bench.cli.bench;

import io.evomoe.bench.cli.FieldOptions;
import io.evomoe.internal.names.FieldBound;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Precision;
import io.evomoe.models.causal.CausalLanguageModel;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.nn.Parameter;
import io.evomoe.run.config.ModelConfig;
import io.evomoe.run.config.Preset;
import io.evomoe.run.config.RunConfig.Compute;
import io.evomoe.run.config.StrictYaml;
import io.evomoe.run.record.Json;
import io.evomoe.run.task.Tasks;
import io.evomoe.step.StepContext;
import io.evomoe.step.StepContext.Phase;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures a decoder of random weights on random tokens. */
abstract class ModelBenchmark implements Runnable {
  private static final Preset QUICK = Tasks.preset("gpt", "quick");
  private static final ModelConfig USUAL =
      QUICK
          .model()
          .with(m -> m.numHiddenLayers(4).hiddenSize(256).intermediateSize(1024))
          .with(m -> m.numAttentionHeads(8).experts(8).moeEvery(2).vocabulary(4096).dropout(0));

  @Option(names = "--gate", description = "gate")
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

  @Mixin FieldOptions compute = new FieldOptions(Compute.class, "--precision");

  @Option(names = "--temperature", description = "constant temperature of gates")
  double temperature = 2;

  @Option(names = "--json", description = "print one line of JSON")
  boolean json;

  @Option(names = "--hard", description = "one expert for each token, for gates with phases")
  boolean hard;

  /** Prints what was measured. */
  void print(Object speed) {
    System.out.println(json ? Json.line(speed) : speed.toString());
  }

  /** How its products are computed. */
  Precision precision() {
    return compute.over(Compute.DEFAULT).precision();
  }

  Kernels kernels() {
    return KernelSelection.forPrecision(precision());
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
  UntrainedModel untrained(int positions, boolean recomputed) {
    context();
    ModelConfig model = size.over(USUAL);
    StackConfig stack =
        new Preset("bench", model, QUICK.training(), Map.of())
            .config("gpt", gate, 1, model.architecture())
            .stack(ActivationFunction.GELU)
            .with(s -> s.recomputed(recomputed));
    LanguageModelConfig config = new LanguageModelConfig(model.vocabulary(), positions, stack);
    return new UntrainedModel(gate, gateOptions, model.architecture(), config);
  }

  static long parameters(CausalLanguageModel model) {
    return model.parameters().stream().mapToLong(Parameter::length).sum();
  }

  static void requireAtLeastOne(Map<String, Integer> numbers) {
    numbers.forEach((name, number) -> FieldBound.atLeast(name, number, 1));
  }
}
