package io.evomoe.run.config;

import static io.evomoe.internal.names.Field.Kind.FREE;
import static io.evomoe.internal.names.Field.Kind.RUN;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.internal.names.Field;
import io.evomoe.internal.names.Fields;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Precision;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.moe.Gate;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.Gates;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.LoraConfig;
import io.evomoe.nn.Scope;
import io.evomoe.run.config.ModelConfig.Architecture;
import io.evomoe.training.RecordedRun.RunName;
import io.evomoe.training.SafetyConfig;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingConfig;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.nd4j.linalg.api.buffer.DataType;

/** The full configuration of a run; it is saved beside the checkpoints and read to resume. */
@RecordBuilder
public record RunConfig(
    @Field(doc = "name of the task") String task,
    @Field(doc = "name of an installed gate") String gate,
    @Field(doc = "seed of all random numbers") long seed,
    @Field(doc = "size of the model") ModelConfig model,
    @Field(doc = "training settings") TrainingConfig training,
    @Field(doc = "EvoMoE's phases; the temperature applies to every gate that uses one")
        EvolutionConfig evolution,
    @Field(
            doc = "options by name, for each gate by its name; other gates use their defaults",
            initial = "{}")
        Map<String, Map<String, String>> gateOptions,
    @Field(doc = "computation settings") Compute compute,
    @Field(doc = "architecture details, to match published models") ArchitectureConfig architecture,
    @Field(doc = "safety settings") SafetyConfig guards,
    @Field(doc = "division of data without a split of its own") HeldOut split,
    @Field(doc = "format of the data files") DataForm data,
    @Field(doc = "low-rank adapters, which need a run to start from") LoraConfig lora)
    implements RunConfigBuilder.With {
  private static final String POSITIONS = "architecture.positions";

  /** Fields of the model without weights. */
  private static final Set<String> WITHOUT_WEIGHTS =
      Set.of("model.sequence", "model.dropout", "model.documentMask");

  /**
   * Keeps the options in their order, unmodifiable; rejects sequences longer than the positions.
   */
  public RunConfig {
    gateOptions = Collections.unmodifiableMap(new TreeMap<>(gateOptions));
    Integer positions = architecture.positions();
    if (positions != null && positions < model.sequence()) {
      throw new IllegalArgumentException(
          "model.sequence must be at most architecture.positions, %d, was %d"
              .formatted(positions, model.sequence()));
    }
    if (model.architecture() == Architecture.GPT) {
      architecture.requireNothingOfLlama();
    }
  }

  /**
   * Rejects a model that does not fit the weights of another run.
   *
   * @param from configuration of the run with the weights
   * @param source of the weights, for the message
   * @throws IllegalArgumentException naming the field, both values and the run
   */
  public void requireWeightsOf(RunConfig from, Path source) {
    Map<String, String> wanted = ConfigFile.values(from);
    Map<String, String> given = ConfigFile.values(this);
    if (model.architecture() == Architecture.GPT) {
      wanted.put(POSITIONS, Integer.toString(from.positions()));
      given.put(POSITIONS, Integer.toString(positions()));
    } else {
      given.remove(POSITIONS);
    }
    requireSame(
        given,
        wanted,
        name ->
            (name.startsWith("model.") || name.startsWith("architecture."))
                && !WITHOUT_WEIGHTS.contains(name),
        source.toString());
  }

  /**
   * Rejects another task, split or form of data than those of a run whose data is used: the
   * validation set would contain trained text.
   *
   * @param from configuration of that run
   * @param source of the data, for the message
   */
  public void requireDataOf(RunConfig from, String source) {
    requireSame(
        ConfigFile.values(this),
        ConfigFile.values(from),
        name -> name.equals("task") || name.startsWith("split.") || name.startsWith("data."),
        source);
  }

  private static void requireSame(
      Map<String, String> given,
      Map<String, String> wanted,
      Predicate<String> fields,
      String source) {
    given.forEach(
        (name, value) -> {
          if (fields.test(name) && !value.equals(wanted.get(name))) {
            throw new IllegalArgumentException(
                "%s must be that of %s, %s, was %s%s"
                    .formatted(
                        name,
                        source,
                        wanted.get(name),
                        value,
                        name.equals("model.experts")
                            ? "; convert makes a run of another number of experts"
                            : ""));
          }
        });
  }

  private int positions() {
    Integer positions = architecture.positions();
    return positions == null ? model.sequence() : positions;
  }

  /** Returns the kernels of this run's precision. */
  public Kernels kernels() {
    return KernelSelection.forPrecision(compute.precision());
  }

  /** Returns the trainer's configuration. */
  public TrainerConfig trainer() {
    return new TrainerConfig(training, guards);
  }

  /**
   * Returns the stack of this run's model.
   *
   * @param usual the task's default activation
   */
  public StackConfig stack(ActivationFunction usual) {
    return model.stack(architecture, usual, compute.recompute());
  }

  /**
   * Returns the size of a language model, with GELU as the default activation.
   *
   * @param tokens number of tokens in the tokenizer
   * @throws IllegalArgumentException if these are more than {@link ArchitectureConfig#vocabulary()}
   */
  public LanguageModelConfig languageModel(int tokens) {
    Integer vocabulary = architecture.vocabulary();
    if (vocabulary != null && tokens > vocabulary) {
      throw new IllegalArgumentException(
          "the tokenizer must have at most architecture.vocabulary tokens, %d, has %d"
              .formatted(vocabulary, tokens));
    }
    return new LanguageModelConfig(
        vocabulary == null ? tokens : vocabulary,
        positions(),
        architecture.positionOffset(),
        architecture.tokenTypes(),
        architecture.tiedHead(),
        stack(ActivationFunction.GELU));
  }

  /** Rejects fields that only the embedding of a RoBERTa has. */
  public void requirePlainEmbedding() {
    boolean offset = architecture.positionOffset() != 0;
    int rows = offset ? architecture.positionOffset() : architecture.tokenTypes();
    if (rows != 0) {
      throw new IllegalArgumentException(
          "architecture.%s must be 0 for task %s, was %d"
              .formatted(offset ? "positionOffset" : "tokenTypes", task, rows));
    }
  }

  /** Returns the factory of the model's gates. */
  public Gates gates(TrainingFacts facts) {
    return new Gates(provider(), options(), facts);
  }

  /** Returns the scope for the model's parameters. */
  public Scope scope() {
    return Scope.root(seed, kernels()).withLora(lora);
  }

  /** Returns whether a part of the weights is trained, or adapters beside them. */
  public boolean trainsPart() {
    return training.trainsPart() || lora.active();
  }

  /** Returns this configuration with all weights trained, without adapters. */
  public RunConfig trainingAll() {
    TrainingConfig all =
        training.with(t -> t.trainOnly(List.of()).freeze(List.of()).trainExperts(0));
    return with(c -> c.training(all).lora(LoraConfig.OFF));
  }

  /** Returns the name of the run in its files. */
  public RunName runName() {
    return new RunName(task, gate, seed);
  }

  /** Returns the provider of the model's gates. */
  public GateProvider provider() {
    return GateProvider.named(gate);
  }

  /** Returns the schedule of phases and temperature. */
  public EvolutionSchedule schedule() {
    return new EvolutionSchedule(evolution, training.steps(), provider().growth());
  }

  /** Returns the options of this run's gate. */
  public Map<String, String> options() {
    return gateOptions.getOrDefault(gate, Map.of());
  }

  /**
   * Checks the values that construction does not check, and returns this. These are the evolution's
   * settings for the number of steps, and the gate's options.
   *
   * @param causal whether a token's output must not depend on later tokens
   * @throws IllegalArgumentException for an unknown gate or a value out of bounds
   */
  public RunConfig checked(boolean causal) {
    schedule();
    trainer().schedule();
    trainer().optimizer(KernelSelection.forType(DataType.FLOAT)).close();
    if (provider().growth() != ExpertLifecycle.NEVER) {
      if (model.moeEvery() > model.numHiddenLayers()) {
        throw new IllegalArgumentException(
            "model.moeEvery must be at most model.numHiddenLayers (%d) for gate %s, was %d"
                .formatted(model.numHiddenLayers(), gate, model.moeEvery()));
      }
      int last = model.numHiddenLayers() / model.moeEvery() * model.moeEvery() - 1;
      if (model.moeFrom() > last) {
        throw new IllegalArgumentException(
            "model.moeFrom must be at most %d, the last block with experts, for gate %s, was %d"
                .formatted(last, gate, model.moeFrom()));
      }
      if (evolution.finalTopK() > model.experts()) {
        throw new IllegalArgumentException(
            "evolution.finalTopK must be at most model.experts (%d) for gate %s, was %d"
                .formatted(model.experts(), gate, evolution.finalTopK()));
      }
      narrowGate(causal);
    } else if (!options().isEmpty()) {
      throw new IllegalArgumentException(
          "gate " + gate + " has no options, was given " + options().keySet());
    }
    return this;
  }

  /**
   * Returns the coefficients of the gates' auxiliary losses by name; 0 for one that is off.
   *
   * @param causal whether a token's output must not depend on later tokens
   */
  public Map<String, Double> losses(boolean causal) {
    return provider().growth() == ExpertLifecycle.NEVER ? Map.of() : narrowGate(causal).losses();
  }

  /** Makes a gate of the last layer with one column and all options; it needs almost no memory. */
  private Gate narrowGate(boolean causal) {
    return provider()
        .create(
            new GateSpec(
                Scope.root(seed, KernelSelection.forType(DataType.FLOAT)),
                1,
                model.experts(),
                Math.max(1, model.moeLayers()) - 1,
                Math.max(1, model.moeLayers()),
                1,
                model.vocabulary(),
                causal,
                options(),
                TrainingFacts.ofSteps(training.steps())));
  }

  /** Computation settings; they should not change the quality of the model. */
  @RecordBuilder
  public record Compute(
      @Field(doc = "number format of the operands of matrix products", initial = "f32", kind = RUN)
          Precision precision,
      @Field(
              doc =
                  "whether the backward pass recomputes activations instead of keeping them: less "
                      + "memory, a third more time, the same bits",
              initial = "false",
              kind = FREE)
          boolean recompute)
      implements RunConfigComputeBuilder.With {
    /** float32 without recomputation. */
    public static final Compute DEFAULT = Fields.defaults(Compute.class);

    /** Rejects a missing precision. */
    public Compute {
      Objects.requireNonNull(precision, "precision must be f32 or bf16, was null");
    }
  }
}
