package io.evomoe.bench.study;

import io.evomoe.bench.serve.ServeConfig;
import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.models.causal.GenerationConfig;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.models.stack.MoeConfig;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.transformer.Search;
import io.evomoe.models.transformer.Transformer.TransformerConfig;
import io.evomoe.nn.AttentionConfig;
import io.evomoe.nn.FeedForwardConfig;
import io.evomoe.nn.LoraConfig;
import io.evomoe.run.config.ArchitectureConfig;
import io.evomoe.run.config.FineTuneSettings;
import io.evomoe.run.config.ModelConfig;
import io.evomoe.run.config.ModelConfig.Architecture;
import io.evomoe.run.config.RunConfig.Compute;
import io.evomoe.run.result.Measurement.EvalRequest;
import io.evomoe.run.task.Tasks;
import io.evomoe.step.StepContext;
import io.evomoe.step.StepContext.Phase;
import io.evomoe.training.SafetyConfig;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingConfig;
import io.evomoe.training.optimizer.ScheduleProvider;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The records of configurations, an example each, with values out of the bounds of each field;
 * {@link #ANY} for a field that may have every one.
 */
final class ConfigRecords {
  private static final StackConfig STACK =
      StackConfig.of(2, 8, 2).withIntermediateSize(16).withExperts(4).withMoeEvery(2);
  private static final String SHARE = "-0.1 1.1 NaN";
  private static final String BELOW_ONE = "-0.1 1 NaN";
  private static final String POSITIVE = "0 -1";
  private static final String ABOVE_ZERO = "0 -1 NaN Infinity";
  private static final String COUNT = "-1";
  static final String ANY = "any";

  static final Map<Record, Map<String, String>> ALL = new LinkedHashMap<>();

  static {
    ALL.put(
        TrainingConfig.defaults(10).adamW(),
        fields(
            "beta1: " + BELOW_ONE,
            "beta2: " + BELOW_ONE,
            "epsilon: " + ABOVE_ZERO,
            "weightDecay: -1 NaN Infinity"));
    ALL.put(
        new ScheduleProvider.Spec(1e-3, 5, 0.1, Map.of()),
        fields(
            "peak: " + ABOVE_ZERO,
            "warmupSteps: " + COUNT,
            "floorShare: " + SHARE,
            "options: " + ANY));
    ALL.put(
        TrainerConfig.defaults(10),
        fields(
            "training: " + ANY,
            "guards: " + ANY,
            "ownOptimizer: " + ANY,
            "ownSchedule: " + ANY,
            "remote: " + ANY));
    ALL.put(
        new StepContext(1, Phase.SOFT, 1, true, 1),
        fields(
            "step: " + COUNT,
            "phase: " + ANY,
            "temperature: " + ABOVE_ZERO,
            "annealingLeft: -0.1 1.1 NaN",
            "hardExperts: " + POSITIVE,
            "training: " + ANY,
            "seed: " + ANY));
    ALL.put(STACK, fields("blocks: " + ANY));
    ALL.put(STACK.block(), blockFields());
    ALL.put(
        MoeConfig.of(4, 16),
        fields("experts: " + POSITIVE, "intermediateSize: " + POSITIVE, "shared: " + ANY));
    ALL.put(
        new LanguageModelConfig(10, 8, STACK),
        fields(
            "vocabulary: " + POSITIVE,
            "positions: " + POSITIVE,
            "positionOffset: " + COUNT,
            "tokenTypes: " + COUNT,
            "tied: " + ANY,
            "stack: " + ANY));
    ALL.put(
        AttentionConfig.plain(8, 4),
        fields(
            "hiddenSize: " + POSITIVE,
            "numAttentionHeads: 0 -1 6",
            "numKeyValueHeads: 0 -1 3",
            "headDim: " + POSITIVE,
            "biased: " + ANY,
            "projectionBiased: " + ANY,
            "norm: " + ANY,
            "rotary: " + ANY));
    ALL.put(
        FeedForwardConfig.swiGlu(8, 16),
        fields(
            "hiddenSize: " + POSITIVE,
            "intermediateSize: " + POSITIVE,
            "activation: " + ANY,
            "gated: " + ANY,
            "biased: " + ANY));
    ALL.put(
        new TransformerConfig(10, 8, STACK, STACK, 0.1),
        fields(
            "vocabulary: " + POSITIVE,
            "positions: 1 0",
            "encoder: " + ANY,
            "decoder: " + ANY,
            "labelSmoothing: " + BELOW_ONE));
    ALL.put(
        new Search(4, 0.6, 10, 8),
        fields(
            "beam: " + POSITIVE,
            "lengthPenalty: -1 NaN Infinity",
            "maxLength: " + POSITIVE,
            "sentences: " + POSITIVE));
    ALL.put(
        ServeConfig.DEFAULT,
        fields("maxBody: 0 268435457", "maxTokens: 0", "queue: 0 10001", "timeout: 0 86401"));
    ALL.put(
        GenerationConfig.defaults(),
        fields(
            "maxNewTokens: -1",
            "temperature: -1 NaN Infinity",
            "topK: -1",
            "topP: 0 1.5 NaN",
            "repetitionPenalty: 0 -1 NaN Infinity",
            "seed: " + ANY,
            "stopStrings: " + ANY,
            "timeout: " + ANY));
    ALL.put(
        new ModelConfig(
            2, 8, 16, 4, 4, 2, 300, 16, 0, 1, Architecture.LLAMA, 2, 4, 8, 8, true, 1, false),
        fields(
            "numHiddenLayers: 0 -1 1000001",
            "hiddenSize: 0 -1 1000002",
            "intermediateSize: 0 -1 1000001",
            "numAttentionHeads: 0 -1 3",
            "experts: 0 -1 65537",
            "moeEvery: " + POSITIVE,
            "vocabulary: 0 -1 10000001",
            "sequence: 0 -1 1000001",
            "dropout: " + BELOW_ONE,
            "sharedExperts: -1 65537",
            "architecture: " + ANY,
            "numKeyValueHeads: 0 -1 3",
            "headDim: 0 -1 3 1000001",
            "moeIntermediateSize: 0 -1 1000001",
            "sharedExpertIntermediateSize: 0 -1 1000001",
            "sharedGate: " + ANY,
            "moeFrom: " + COUNT,
            "documentMask: " + ANY));
    ALL.put(
        TrainingConfig.defaults(10),
        fields(
            "steps: " + POSITIVE,
            "batch: " + POSITIVE,
            "microBatches: " + POSITIVE,
            "learningRate: " + ABOVE_ZERO,
            "warmupShare: " + SHARE,
            "schedule: " + ANY,
            "scheduleOptions: " + ANY,
            "floorShare: " + SHARE,
            "optimizer: " + ANY,
            "optimizerOptions: " + ANY,
            "beta1: " + BELOW_ONE,
            "beta2: " + BELOW_ONE,
            "weightDecay: -1 NaN Infinity",
            "clipNorm: 0 -1 NaN",
            "evalEvery: " + COUNT,
            "evalBatches: " + POSITIVE,
            "checkpointEvery: " + COUNT,
            "labelSmoothing: " + BELOW_ONE,
            "metricSentences: " + POSITIVE,
            "checkpointMinutes: " + COUNT,
            "keepBest: " + ANY,
            "patience: " + COUNT,
            "trainOnly: " + ANY,
            "freeze: " + ANY,
            "trainExperts: " + SHARE));
    ALL.put(
        LoraConfig.OFF,
        fields(
            "rank: " + COUNT, "alpha: " + ABOVE_ZERO, "dropout: " + BELOW_ONE, "modules: " + ANY));
    ALL.put(
        EvolutionConfig.defaults(),
        fields(
            "diversifySteps: " + COUNT,
            "diversifyShare: -0.1 1 NaN",
            "spawn: mask:2 mask nonesuch",
            "copyMoments: " + ANY,
            "schedule: " + ANY,
            "maxTemperature: " + ABOVE_ZERO,
            "minTemperature: 0 -1 NaN 5",
            "temperatureSteps: " + POSITIVE,
            "hardFrom: " + COUNT,
            "hardShare: -0.1 1.5 NaN",
            "finalTopK: 0 -1 2"));
    ALL.put(
        SafetyConfig.DEFAULT,
        fields(
            "keepCheckpoints: " + POSITIVE,
            "skipNonFinite: " + COUNT,
            "collapseEntropy: " + SHARE,
            "collapseSteps: " + POSITIVE));
    ALL.put(Compute.DEFAULT, fields("precision: " + ANY, "recompute: " + ANY));
    ALL.put(
        Tasks.preset("gpt", "quick").config("gpt", "switch", 1),
        fields(
            "task: " + ANY,
            "gate: " + ANY,
            "seed: " + ANY,
            "model: " + ANY,
            "training: " + ANY,
            "evolution: " + ANY,
            "gateOptions: " + ANY,
            "compute: " + ANY,
            "architecture: " + ANY,
            "guards: " + ANY,
            "split: " + ANY,
            "data: " + ANY,
            "lora: " + ANY));
    ALL.put(
        DataForm.DEFAULT,
        fields(
            "format: " + ANY,
            "documents: page separator: separator:[",
            "include: " + ANY,
            "exclude: " + ANY,
            "textField: label",
            "labelField: text",
            "sourceField: target",
            "targetField: source",
            "skipBadLines: " + ANY));
    ALL.put(
        HeldOut.DEFAULT.withShares(0.1, 0.1),
        fields("validShare: 0 1 -0.1 0.95 NaN", "testShare: -0.1 0.9 1 NaN", "seed: " + ANY));
    ALL.put(
        ArchitectureConfig.DEFAULT.with(
            a -> a.activation(ActivationFunction.GELU).vocabulary(10).positions(8).ropeFactor(2)),
        fields(
            "activation: " + ANY,
            "normEpsilon: " + ABOVE_ZERO,
            "vocabulary: " + POSITIVE,
            "positions: " + POSITIVE,
            "positionOffset: " + COUNT,
            "tokenTypes: " + COUNT,
            "tiedHead: " + ANY,
            "attentionBias: " + ANY,
            "projectionBias: " + ANY,
            "feedForwardBias: " + ANY,
            "queryKeyNorm: " + ANY,
            "ropeTheta: " + ABOVE_ZERO,
            "ropeFactor: 0.5 -1 NaN Infinity",
            "ropeLowFrequencyFactor: 4 " + ABOVE_ZERO,
            "ropeHighFrequencyFactor: 1 " + ABOVE_ZERO,
            "ropeOriginalPositions: " + POSITIVE));
    ALL.put(
        FineTuneSettings.DEFAULT,
        fields(
            "steps: " + POSITIVE,
            "epochs: " + ABOVE_ZERO,
            "batch: " + POSITIVE,
            "learningRate: " + ABOVE_ZERO,
            "seed: " + ANY,
            "checkpointEvery: " + COUNT,
            "evalEvery: " + POSITIVE,
            "keepBest: " + ANY,
            "patience: " + COUNT,
            "trainOnly: " + ANY,
            "freeze: " + ANY));
    ALL.put(
        new EvalRequest(null, "valid", 1, 1, 0, new Search(4, 0.6, 10, 8), 1, null),
        fields(
            "data: " + ANY,
            "split: dev",
            "batches: " + POSITIVE,
            "sentences: " + POSITIVE,
            "examples: " + COUNT,
            "search: " + ANY,
            "expertsPerToken: " + POSITIVE,
            "form: " + ANY));
  }

  private static Map<String, String> blockFields() {
    return fields(
        "attention: " + ANY,
        "feedForward: " + ANY,
        "moe: " + ANY,
        "norm: " + ANY,
        "dropout: " + BELOW_ONE,
        "recomputed: " + ANY);
  }

  private ConfigRecords() {}

  /** Each is {@code name: values}. */
  private static Map<String, String> fields(String... descriptions) {
    Map<String, String> fields = new LinkedHashMap<>();
    for (String description : descriptions) {
      int colon = description.indexOf(": ");
      fields.put(description.substring(0, colon), description.substring(colon + 2));
    }
    return fields;
  }
}
