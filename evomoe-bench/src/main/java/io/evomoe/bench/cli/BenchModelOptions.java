package io.evomoe.bench.cli;

import io.evomoe.bench.measure.UntrainedModel;
import io.evomoe.internal.names.FieldBound;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.Precision;
import io.evomoe.models.gpt.GptConfig;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.run.config.Architecture;
import io.evomoe.run.config.ModelConfig;
import io.evomoe.run.config.Preset;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.task.Tasks;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say which decoder is measured: shared by commands. */
final class BenchModelOptions {
  @Option(
      names = "--gate",
      defaultValue = "switch",
      description = "gate (default: ${DEFAULT-VALUE})")
  String gate = "switch";

  @Option(
      names = "--gate-option",
      paramLabel = "NAME=VALUE",
      description = "option of the gate, e.g. capacityFactor=infinite; may be repeated")
  Map<String, String> gateOptions = new LinkedHashMap<>();

  @Option(
      names = "--architecture",
      defaultValue = "gpt",
      description = "gpt or llama (default: ${DEFAULT-VALUE})")
  String architecture = "gpt";

  @Option(names = "--kv-heads", description = "llama: key and value heads (default: --heads)")
  @Nullable Integer keyValueHeads;

  @Option(
      names = "--layers",
      defaultValue = "4",
      description = "number of layers (default: ${DEFAULT-VALUE})")
  int layers;

  @Option(
      names = "--d-model",
      defaultValue = "256",
      description = "hidden size (default: ${DEFAULT-VALUE})")
  int width;

  @Option(
      names = "--d-ff",
      defaultValue = "1024",
      description = "intermediate size (default: ${DEFAULT-VALUE})")
  int hidden;

  @Option(names = "--expert-d-ff", description = "intermediate size of an expert (default: --d-ff)")
  @Nullable Integer expertHidden;

  @Option(
      names = "--heads",
      defaultValue = "8",
      description = "attention heads (default: ${DEFAULT-VALUE})")
  int heads;

  @Option(
      names = "--experts",
      defaultValue = "8",
      description = "experts in a MoE layer (default: ${DEFAULT-VALUE})")
  int experts;

  @Option(
      names = "--vocab",
      defaultValue = "4096",
      description = "vocabulary size (default: ${DEFAULT-VALUE})")
  int vocabulary;

  @Option(
      names = "--moe-every",
      defaultValue = "2",
      description = "every n-th block is a MoE block (default: ${DEFAULT-VALUE})")
  int moeEvery;

  @Option(
      names = "--precision",
      defaultValue = "f32",
      description = "f32 or bf16 (default: ${DEFAULT-VALUE})")
  String precision = "f32";

  @Option(
      names = "--temperature",
      defaultValue = "2.0",
      description =
          "temperature of gates that anneal it; constant here (default: ${DEFAULT-VALUE})")
  double temperature;

  @Option(names = "--hard", description = "one expert for each token, for gates with phases")
  boolean hard;

  /** How its products are computed. */
  Precision precision() {
    return Precision.parse(precision);
  }

  /**
   * The decoder.
   *
   * @param positions longest sequence
   * @param recomputed whether activations are computed again in the backward pass
   */
  UntrainedModel model(int positions, boolean recomputed) {
    Architecture blocksOf = Architecture.named(architecture);
    ModelConfig model =
        Tasks.preset("gpt", "quick")
            .model()
            .with(
                m ->
                    m.numHiddenLayers(layers)
                        .hiddenSize(width)
                        .intermediateSize(hidden)
                        .numAttentionHeads(heads))
            .with(m -> m.experts(experts).moeEvery(moeEvery).dropout(0));
    RunConfig usual =
        new Preset("bench", model, Tasks.preset("gpt", "quick").training(), Map.of())
            .config("gpt", gate, 1, blocksOf);
    StackConfig blocks =
        usual.with(c -> c.model(withWidths(usual.model()))).stack(ActivationFunction.GELU);
    GptConfig size =
        new GptConfig(vocabulary, positions, blocks.with(s -> s.recomputed(recomputed)));
    return new UntrainedModel(gate, gateOptions, blocksOf, size);
  }

  /** With what is only set where it is asked for. */
  private ModelConfig withWidths(ModelConfig model) {
    Integer shared = keyValueHeads;
    Integer inExpert = expertHidden;
    ModelConfig withHeads = shared == null ? model : model.with(m -> m.numKeyValueHeads(shared));
    if (inExpert == null) {
      return withHeads;
    }
    FieldBound.atLeast("expert-d-ff", inExpert, 1);
    return withHeads.with(m -> m.moeIntermediateSize(inExpert));
  }
}
