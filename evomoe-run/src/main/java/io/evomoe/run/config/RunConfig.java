package io.evomoe.run.config;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.models.stack.EmbeddingSize;
import io.evomoe.models.stack.StackSize;
import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.moe.Gate;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateRegistry;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.Gates;
import io.evomoe.moe.Growth;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.FeedForwardForm;
import io.evomoe.nn.NormForm;
import io.evomoe.nn.Scope;
import io.evomoe.training.Guards;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingConfig;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * One run in full: what is saved beside its checkpoints and read back to resume it.
 *
 * @param task by name
 * @param gate name of a gate that is installed
 * @param seed from which everything random is drawn
 * @param model its size
 * @param training how to train
 * @param evolution EvoMoE's phases; the temperature counts for every gate that uses it
 * @param gateOptions options by name, for each gate by its name; a gate that is left out has its
 *     defaults
 * @param compute how to compute; {@link ComputeConfig#DEFAULT} where a file leaves it out
 * @param architecture of the model beside its size; {@link ArchitectureConfig#DEFAULT} where a file
 *     leaves it out
 * @param guards how it is kept safe; {@link Guards#DEFAULT} where a file leaves it out
 * @param split how data that has no split of its own is divided; {@link HeldOut#EARLIER} where a
 *     file leaves it out
 * @param data how files of data are read; {@link DataForm#EARLIER} where a file leaves it out
 */
public record RunConfig(
    String task,
    String gate,
    long seed,
    ModelConfig model,
    TrainingConfig training,
    EvolutionConfig evolution,
    Map<String, Map<String, String>> gateOptions,
    ComputeConfig compute,
    ArchitectureConfig architecture,
    Guards guards,
    HeldOut split,
    DataForm data) {

  /**
   * Keeps the options, by gate in order, unmodifiable; refuses sequences that are longer than the
   * positions.
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

  /** Kernels of this run's precision. */
  public Kernels kernels() {
    return KernelSelection.forPrecision(compute.precision());
  }

  /** What a trainer is told. */
  public TrainerConfig trainer() {
    return new TrainerConfig(training, guards);
  }

  /**
   * The stack of blocks of this run's model.
   *
   * @param usual activation of the task
   */
  public StackSize stack(ActivationFunction usual) {
    ActivationFunction chosen = architecture.activation();
    boolean llama = model.architecture() == Architecture.LLAMA;
    ActivationFunction activation =
        chosen != null ? chosen : llama ? ActivationFunction.SILU : usual;
    StackSize stack =
        new StackSize(
            model.layers(),
            llama
                ? model.attention(
                    architecture.attentionBias(),
                    architecture.projectionBias(),
                    architecture.norm(),
                    architecture.rotary())
                : model.attention(true, true, null, null),
            new FeedForwardForm(
                model.width(),
                model.hidden(),
                activation,
                llama,
                !llama || architecture.feedForwardBias()),
            model.moe(),
            new NormForm(
                llama ? NormForm.Kind.RMS : NormForm.Kind.LAYER, architecture.normEpsilon()),
            model.dropout(),
            false);
    return compute.recompute() ? stack.with(s -> s.recomputed(true)) : stack;
  }

  /**
   * Tables of a language model's embedding.
   *
   * @param tokens that the tokenizer has
   * @throws IllegalArgumentException if these are more than {@link ArchitectureConfig#vocabulary()}
   */
  public EmbeddingSize embedding(int tokens) {
    Integer vocabulary = architecture.vocabulary();
    if (vocabulary != null && tokens > vocabulary) {
      throw new IllegalArgumentException(
          "the tokenizer must have at most architecture.vocabulary tokens, %d, has %d"
              .formatted(vocabulary, tokens));
    }
    Integer positions = architecture.positions();
    return new EmbeddingSize(
        vocabulary == null ? tokens : vocabulary,
        positions == null ? model.sequence() : positions,
        architecture.positionOffset(),
        architecture.tokenTypes());
  }

  /** Refuses what only the embedding of a RoBERTa has. */
  public void requirePlainEmbedding() {
    architecture.requirePlainEmbedding(task);
  }

  /** What makes the gates of its model, with their options and what is known of the training. */
  public Gates gates(TrainingFacts facts) {
    return new Gates(provider(), options(), facts);
  }

  /** Where its model is made. */
  public Scope scope() {
    return Scope.root(seed, kernels());
  }

  /** The provider of its gates. */
  public GateProvider provider() {
    return GateRegistry.installed().provider(gate);
  }

  /** When this run has which phase and temperature. */
  public EvolutionSchedule schedule() {
    return new EvolutionSchedule(evolution, training.steps(), provider().growth());
  }

  /** Options of this run's gate. */
  public Map<String, String> options() {
    return gateOptions.getOrDefault(gate, Map.of());
  }

  /**
   * Itself, after everything that is only looked at later was looked at: the evolution's numbers
   * for this many steps, and the gate's options.
   *
   * @param causal whether a token's output must not depend on later tokens
   * @throws IllegalArgumentException for an unknown gate or a value out of its bounds
   */
  public RunConfig checked(boolean causal) {
    schedule();
    if (provider().growth() != Growth.NEVER) {
      if (model.moeEvery() > model.layers()) {
        throw new IllegalArgumentException(
            "model.moeEvery must be at most model.layers (%d) for gate %s, was %d"
                .formatted(model.layers(), gate, model.moeEvery()));
      }
      int last = model.layers() / model.moeEvery() * model.moeEvery() - 1;
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
   * Coefficients of the auxiliary losses of this run's gates, by name; 0 for one that is off.
   *
   * @param causal whether a token's output must not depend on later tokens
   */
  public Map<String, Double> losses(boolean causal) {
    return provider().growth() == Growth.NEVER ? Map.of() : narrowGate(causal).losses();
  }

  /** A gate of one column, of the last layer: with all options, and next to nothing to allocate. */
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

  /** The same with other values of some fields. */
  public RunConfig with(Consumer<Builder> changes) {
    Builder builder = new Builder(this);
    changes.accept(builder);
    return builder.build();
  }

  /** Changes single fields; each means what the component of its name means. */
  public static final class Builder {
    private final String task;
    private String gate;
    private long seed;
    private ModelConfig model;
    private TrainingConfig training;
    private EvolutionConfig evolution;
    private Map<String, Map<String, String>> gateOptions;
    private ComputeConfig compute;
    private ArchitectureConfig architecture;
    private Guards guards;
    private HeldOut split;
    private DataForm data;

    private Builder(RunConfig from) {
      task = from.task;
      gate = from.gate;
      seed = from.seed;
      model = from.model;
      training = from.training;
      evolution = from.evolution;
      gateOptions = from.gateOptions;
      compute = from.compute;
      architecture = from.architecture;
      guards = from.guards;
      split = from.split;
      data = from.data;
    }

    /** Sets {@link RunConfig#gate}. */
    public Builder gate(String value) {
      gate = value;
      return this;
    }

    /** Sets {@link RunConfig#seed}. */
    public Builder seed(long value) {
      seed = value;
      return this;
    }

    /** Sets {@link RunConfig#model}. */
    public Builder model(ModelConfig value) {
      model = value;
      return this;
    }

    /** Sets {@link RunConfig#training}. */
    public Builder training(TrainingConfig value) {
      training = value;
      return this;
    }

    /** Sets {@link RunConfig#evolution}. */
    public Builder evolution(EvolutionConfig value) {
      evolution = value;
      return this;
    }

    /** Sets {@link RunConfig#gateOptions}. */
    public Builder gateOptions(Map<String, Map<String, String>> value) {
      gateOptions = value;
      return this;
    }

    /** Sets {@link RunConfig#compute}. */
    public Builder compute(ComputeConfig value) {
      compute = value;
      return this;
    }

    /** Sets {@link RunConfig#architecture}. */
    public Builder architecture(ArchitectureConfig value) {
      architecture = value;
      return this;
    }

    /** Sets {@link RunConfig#guards}. */
    public Builder guards(Guards value) {
      guards = value;
      return this;
    }

    /** Sets {@link RunConfig#split}. */
    public Builder split(HeldOut value) {
      split = value;
      return this;
    }

    /** Sets {@link RunConfig#data}. */
    public Builder data(DataForm value) {
      data = value;
      return this;
    }

    private RunConfig build() {
      return new RunConfig(
          task,
          gate,
          seed,
          model,
          training,
          evolution,
          gateOptions,
          compute,
          architecture,
          guards,
          split,
          data);
    }
  }
}
