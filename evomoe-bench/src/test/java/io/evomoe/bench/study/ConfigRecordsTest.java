package io.evomoe.bench.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evomoe.bench.measure.StepBenchmark;
import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.evolution.SpawnMethod;
import io.evomoe.evolution.TemperatureSchedule;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.Precision;
import io.evomoe.models.causal.Sampling;
import io.evomoe.models.gpt.GptConfig;
import io.evomoe.models.llama.LlamaConfig;
import io.evomoe.models.roberta.RobertaConfig;
import io.evomoe.models.stack.EmbeddingSize;
import io.evomoe.models.stack.StackSize;
import io.evomoe.models.text.HeldOut;
import io.evomoe.models.transformer.Search;
import io.evomoe.models.transformer.TransformerConfig;
import io.evomoe.nn.AttentionForm;
import io.evomoe.nn.FeedForwardForm;
import io.evomoe.run.config.Architecture;
import io.evomoe.run.config.ArchitectureConfig;
import io.evomoe.run.config.ComputeConfig;
import io.evomoe.run.config.ModelConfig;
import io.evomoe.run.internal.finetune.FineTuneSettings;
import io.evomoe.run.internal.task.Tasks;
import io.evomoe.run.result.EvalRequest;
import io.evomoe.step.Phase;
import io.evomoe.step.StepContext;
import io.evomoe.training.Guards;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingConfig;
import io.evomoe.training.optimizer.LearningRate;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every field of every record that configures something: a value out of its bounds is refused, with
 * field and value. A field without an entry here fails the test; {@code any} stands for one that
 * has no bounds or is a record of its own.
 */
class ConfigRecordsTest {
  private static final StackSize STACK =
      StackSize.of(2, 8, 2).with(s -> s.hidden(16).experts(4).moeEvery(2));
  private static final String SHARE = "-0.1 1.1 NaN";
  private static final String BELOW_ONE = "-0.1 1 NaN";
  private static final String POSITIVE = "0 -1";
  private static final String ABOVE_ZERO = "0 -1 NaN Infinity";
  private static final String COUNT = "-1";
  private static final String ANY = "any";

  private static final Map<Record, Map<String, String>> RECORDS = new LinkedHashMap<>();

  static {
    RECORDS.put(
        TrainingConfig.defaults(10).adamW(),
        fields(
            "beta1: " + BELOW_ONE,
            "beta2: " + BELOW_ONE,
            "epsilon: " + ABOVE_ZERO,
            "weightDecay: -1 NaN Infinity"));
    RECORDS.put(
        new LearningRate(1e-3, 5, LearningRate.Decay.COSINE, 0.1),
        fields(
            "peak: " + ABOVE_ZERO,
            "warmupSteps: " + COUNT,
            "decay: " + ANY,
            "floorShare: " + SHARE));
    RECORDS.put(TrainerConfig.defaults(10), fields("training: " + ANY, "guards: " + ANY));
    RECORDS.put(
        TemperatureSchedule.over(10),
        fields(
            "shape: " + ANY,
            "maximum: " + ABOVE_ZERO,
            "minimum: 0 -1 NaN 5",
            "decaySteps: " + POSITIVE));
    RECORDS.put(
        new StepContext(1, Phase.SOFT, 1, true, 1),
        fields(
            "step: " + COUNT,
            "phase: " + ANY,
            "temperature: " + ABOVE_ZERO,
            "hardExperts: " + POSITIVE,
            "training: " + ANY,
            "seed: " + ANY));
    RECORDS.put(STACK, stackFields());
    RECORDS.put(
        new GptConfig(10, 8, STACK),
        fields("vocabulary: " + POSITIVE, "positions: " + POSITIVE, "stack: " + ANY));
    RECORDS.put(
        new LlamaConfig(10, 8, true, STACK),
        fields(
            "vocabulary: " + POSITIVE, "positions: " + POSITIVE, "tied: " + ANY, "stack: " + ANY));
    RECORDS.put(
        AttentionForm.plain(8, 4),
        fields(
            "width: " + POSITIVE,
            "heads: 0 -1 6",
            "keyValueHeads: 0 -1 3",
            "headWidth: " + POSITIVE,
            "biased: " + ANY,
            "projectionBiased: " + ANY,
            "norm: " + ANY,
            "rotary: " + ANY));
    RECORDS.put(
        FeedForwardForm.swiGlu(8, 16),
        fields(
            "width: " + POSITIVE,
            "hidden: " + POSITIVE,
            "activation: " + ANY,
            "gated: " + ANY,
            "biased: " + ANY));
    RECORDS.put(new RobertaConfig(10, 8, STACK), fields("embedding: " + ANY, "stack: " + ANY));
    RECORDS.put(
        EmbeddingSize.of(10, 8),
        fields(
            "vocabulary: " + POSITIVE,
            "positions: " + POSITIVE,
            "positionOffset: " + COUNT,
            "tokenTypes: " + COUNT));
    RECORDS.put(
        new TransformerConfig(10, 8, STACK, STACK, 0.1),
        fields(
            "vocabulary: " + POSITIVE,
            "positions: 1 0",
            "encoder: " + ANY,
            "decoder: " + ANY,
            "labelSmoothing: " + BELOW_ONE));
    RECORDS.put(
        new Search(4, 0.6, 10, 8),
        fields(
            "beam: " + POSITIVE,
            "lengthPenalty: -1 NaN Infinity",
            "maxLength: " + POSITIVE,
            "sentences: " + POSITIVE));
    RECORDS.put(
        new Sampling(1, 10, 1),
        fields("temperature: -1 NaN Infinity", "topK: " + POSITIVE, "seed: " + ANY));
    RECORDS.put(
        new ModelConfig(
            2, 8, 16, 4, 4, 2, 300, 16, 0, 1, Architecture.LLAMA, 2, 4, 8, 8, true, 1, false),
        fields(
            "layers: 0 -1 1000001",
            "width: 0 -1 1000002",
            "hidden: 0 -1 1000001",
            "heads: 0 -1 3",
            "experts: 0 -1 65537",
            "moeEvery: " + POSITIVE,
            "vocabulary: 0 -1 10000001",
            "sequence: 0 -1 1000001",
            "dropout: " + BELOW_ONE,
            "sharedExperts: -1 65537",
            "architecture: " + ANY,
            "keyValueHeads: 0 -1 3",
            "headWidth: 0 -1 3 1000001",
            "expertHidden: 0 -1 1000001",
            "sharedHidden: 0 -1 1000001",
            "sharedGate: " + ANY,
            "moeFrom: " + COUNT,
            "documentMask: " + ANY));
    RECORDS.put(
        TrainingConfig.defaults(10),
        fields(
            "steps: " + POSITIVE,
            "batch: " + POSITIVE,
            "microBatches: " + POSITIVE,
            "learningRate: " + ABOVE_ZERO,
            "warmupShare: " + SHARE,
            "decay: " + ANY,
            "floorShare: " + SHARE,
            "beta1: " + BELOW_ONE,
            "beta2: " + BELOW_ONE,
            "weightDecay: -1 NaN Infinity",
            "clipNorm: 0 -1 NaN",
            "evalEvery: " + COUNT,
            "evalBatches: " + POSITIVE,
            "checkpointEvery: " + COUNT,
            "labelSmoothing: " + BELOW_ONE,
            "metricSentences: " + POSITIVE));
    RECORDS.put(
        EvolutionConfig.defaults(),
        fields(
            "diversifySteps: " + COUNT,
            "spawn: mask:2 mask nonesuch",
            "copyMoments: " + ANY,
            "schedule: " + ANY,
            "maxTemperature: " + ABOVE_ZERO,
            "minTemperature: 0 -1 NaN 5",
            "temperatureSteps: " + POSITIVE,
            "hardFrom: " + COUNT,
            "finalTopK: 0 -1 2"));
    RECORDS.put(
        Guards.DEFAULT,
        fields(
            "keepCheckpoints: " + POSITIVE,
            "skipNonFinite: " + COUNT,
            "collapseEntropy: " + SHARE,
            "collapseSteps: " + POSITIVE));
    RECORDS.put(ComputeConfig.DEFAULT, fields("precision: " + ANY, "recompute: " + ANY));
    RECORDS.put(
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
            "split: " + ANY));
    RECORDS.put(
        HeldOut.DEFAULT.withShares(0.1, 0.1),
        fields(
            "rule: " + ANY,
            "validShare: 0 1 -0.1 0.95 NaN",
            "testShare: -0.1 0.9 1 NaN",
            "seed: " + ANY));
    RECORDS.put(
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
    RECORDS.put(
        new FineTuneSettings(OptionalLong.empty(), 3, 8, 1e-3, 1, 0),
        fields(
            "steps: " + POSITIVE,
            "epochs: " + ABOVE_ZERO,
            "batch: " + POSITIVE,
            "learningRate: " + ABOVE_ZERO,
            "seed: " + ANY,
            "checkpointEvery: " + COUNT));
    RECORDS.put(
        new EvalRequest(null, "valid", 1, 1, 0, new Search(4, 0.6, 10, 8), 1),
        fields(
            "data: " + ANY,
            "split: dev",
            "batches: " + POSITIVE,
            "sentences: " + POSITIVE,
            "examples: " + COUNT,
            "search: " + ANY,
            "topK: " + POSITIVE));
    RECORDS.put(
        new StepBenchmark(
            "switch",
            Precision.F32,
            Map.of(),
            Architecture.GPT,
            new GptConfig(10, 8, STACK),
            8,
            2,
            1,
            false,
            1,
            1),
        fields(
            "gate: " + ANY,
            "precision: " + ANY,
            "gateOptions: " + ANY,
            "architecture: " + ANY,
            "size: " + ANY,
            "sequence: " + POSITIVE,
            "batch: " + POSITIVE,
            "temperature: " + ABOVE_ZERO,
            "hard: " + ANY,
            "warmup: " + POSITIVE,
            "steps: " + POSITIVE));
  }

  private static Map<String, String> stackFields() {
    return fields(
        "layers: " + POSITIVE,
        "attention: " + ANY,
        "feedForward: " + ANY,
        "moe: " + ANY,
        "norm: " + ANY,
        "dropout: " + BELOW_ONE,
        "recomputed: " + ANY);
  }

  static Stream<Arguments> badValues() {
    List<Arguments> cases = new ArrayList<>();
    RECORDS.forEach(
        (record, fields) ->
            fields.forEach(
                (field, values) -> {
                  if (!values.equals(ANY)) {
                    Stream.of(values.split(" ", -1))
                        .forEach(value -> cases.add(Arguments.of(record, field, value)));
                  }
                }));
    return cases.stream();
  }

  @ParameterizedTest
  @MethodSource("badValues")
  void should_refuse_a_value_out_of_its_bounds_and_name_field_and_value(
      Record valid, String field, String value) {
    Object[] values = values(valid);
    int index = names(valid).indexOf(field);
    Class<?> type = valid.getClass().getRecordComponents()[index].getType();
    values[index] = parsed(type, value);

    assertThatThrownBy(() -> make(valid.getClass(), values))
        .as("%s.%s = %s", valid.getClass().getSimpleName(), field, value)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(field)
        .hasMessageContaining(value);
  }

  static Stream<Record> records() {
    return RECORDS.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("records")
  void should_have_an_entry_for_every_field(Record record) {
    assertThat(RECORDS.getOrDefault(record, Map.of()).keySet())
        .containsExactlyElementsOf(names(record));
    assertThatCode(() -> make(record.getClass(), values(record))).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.ValueSource(
      strings = {"mask:-0.1", "mask:1.5", "reinit:2", "noise:-1", "noise:NaN", "copy:1", "mask:x"})
  void should_refuse_a_spawn_out_of_its_bounds(String text) {
    assertThatThrownBy(() -> SpawnMethod.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(text.substring(text.indexOf(':') + 1));
  }

  /** Each is {@code name: values}. */
  private static Map<String, String> fields(String... descriptions) {
    Map<String, String> fields = new LinkedHashMap<>();
    for (String description : descriptions) {
      int colon = description.indexOf(": ");
      fields.put(description.substring(0, colon), description.substring(colon + 2));
    }
    return fields;
  }

  private static List<String> names(Record record) {
    return Arrays.stream(record.getClass().getRecordComponents())
        .map(RecordComponent::getName)
        .toList();
  }

  private static Object[] values(Record record) {
    return Arrays.stream(record.getClass().getRecordComponents())
        .map(
            component -> {
              try {
                return component.getAccessor().invoke(record);
              } catch (ReflectiveOperationException e) {
                throw new LinkageError(e.getMessage(), e);
              }
            })
        .toArray();
  }

  private static Object make(Class<?> type, Object[] values) throws Throwable {
    Class<?>[] types =
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    Constructor<?> constructor = type.getDeclaredConstructor(types);
    try {
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      throw Objects.requireNonNull(e.getCause());
    }
  }

  private static Object parsed(Class<?> type, String value) {
    if (type == int.class || type == Integer.class) {
      return Integer.valueOf(value);
    }
    if (type == long.class || type == Long.class) {
      return Long.valueOf(value);
    }
    if (type == OptionalLong.class) {
      return OptionalLong.of(Long.parseLong(value));
    }
    return type == double.class ? Double.valueOf(value) : value;
  }
}
