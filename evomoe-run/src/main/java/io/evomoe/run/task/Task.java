package io.evomoe.run.task;

import io.evomoe.internal.files.IoReason;
import io.evomoe.internal.files.ScratchFolder;
import io.evomoe.models.hub.HubExport;
import io.evomoe.models.hub.HubRequest;
import io.evomoe.models.text.ChatTemplate;
import io.evomoe.models.text.CorpusBatches;
import io.evomoe.models.text.TextProgress;
import io.evomoe.models.text.TokenFile;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.models.text.source.RecordKind;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.run.config.ModelConfig.Architecture;
import io.evomoe.run.config.Preset;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.result.Measurement;
import io.evomoe.run.result.Measurement.EvalRequest;
import io.evomoe.run.task.MemoryLimit.ParameterTotal;
import io.evomoe.run.task.TaskData.TokenizerSource;
import io.evomoe.step.StepContext;
import io.evomoe.training.Evaluation;
import io.evomoe.training.Model;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A model's objective and data. {@link Tasks} knows the implementations by name.
 *
 * @param <B> a batch
 * @param <M> a model
 */
public abstract class Task<B, M extends Model<B>> {
  private final String name;
  private final Map<Architecture, Class<? extends M>> models;
  private final boolean causal;
  private final List<String> shippedData;

  /**
   * Creates a task of one's own, with one class of models and no data beside it.
   *
   * @param name for the command line and configurations
   * @param causal whether a token's output must not depend on later tokens, in any layer of its
   *     models
   */
  protected Task(String name, Class<? extends M> model, boolean causal) {
    this(name, Map.of(Architecture.GPT, model, Architecture.LLAMA, model), causal, List.of());
  }

  /**
   * Creates a task.
   *
   * @param name for the command line and configurations
   * @param models classes of its models, by architecture
   * @param causal whether a token's output must not depend on later tokens, in any layer of its
   *     models
   * @param shippedData folders of the data that comes with the project, below {@code data}
   */
  protected Task(
      String name,
      Map<Architecture, Class<? extends M>> models,
      boolean causal,
      List<String> shippedData) {
    this.name = name;
    this.models = new EnumMap<>(models);
    this.causal = causal;
    this.shippedData = List.copyOf(shippedData);
  }

  /** Returns the name for the command line and configurations. */
  public final String name() {
    return name;
  }

  /**
   * Returns the class of its models.
   *
   * @throws IllegalArgumentException for an unsupported architecture
   */
  public final Class<? extends M> modelType(Architecture architecture) {
    Class<? extends M> type = models.get(architecture);
    if (type == null) {
      throw new IllegalArgumentException(
          "model.architecture must be one of %s for task %s, was %s"
              .formatted(models.keySet(), name, architecture));
    }
    return type;
  }

  /** Returns the architecture of a model class; empty if the class is unknown. */
  public final Optional<Architecture> architectureOf(Class<?> modelType) {
    return models.entrySet().stream()
        .filter(entry -> entry.getValue().equals(modelType))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /** Returns the name of the loss without the gates' auxiliary losses, for the user. */
  public String lossName() {
    return "cross-entropy";
  }

  /** Returns the content of the records in its files; by default texts. */
  public RecordKind records() {
    return RecordKind.DOCUMENT;
  }

  /** Whether a token's output must not depend on later tokens, in any layer of its models. */
  public final boolean causal() {
    return causal;
  }

  /** Returns the folders of the data that comes with the project, below {@code data}. */
  public final List<String> shippedData() {
    return shippedData;
  }

  /**
   * Returns the presets. By default they are those of {@code NAME.yaml} beside the class, or of
   * task gpt if there is no such file.
   */
  public List<Preset> presets() {
    try (InputStream own = getClass().getResourceAsStream(name + ".yaml")) {
      return own == null
          ? Tasks.presets(Tasks.GPT)
          : Preset.parse(new String(own.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot read the presets of " + name + ": " + IoReason.of(e), e);
    }
  }

  /**
   * Rejects unsupported architecture details; by default those that only the embedding of a RoBERTa
   * has.
   *
   * @throws IllegalArgumentException naming the field
   */
  protected void check(RunConfig config) {
    config.requirePlainEmbedding();
  }

  /**
   * Reads data and encodes it.
   *
   * @param tokenizer a new one or that of a run
   * @param folder for unnamed files, if data does not fit into memory
   * @param progress called with the progress
   */
  public abstract TaskData<B, M> read(
      Dataset data,
      RunConfig config,
      TokenizerSource tokenizer,
      Path folder,
      TextProgress progress);

  /**
   * Returns the data from stored ids; empty for a task that always reads the data.
   *
   * @param tokens from {@link TaskData#tokens}
   * @param tokenizer of the ids
   */
  public Optional<TaskData<?, ?>> kept(TokenFile tokens, Tokenizer tokenizer) {
    return Optional.empty();
  }

  /**
   * Creates a run's model before its first step, on the selected kernels.
   *
   * @param tokens number of tokens in the tokenizer
   */
  public abstract M fresh(RunConfig config, int tokens, TrainingFacts facts);

  /** Returns a loaded model with the type of this task's models. */
  public final TrainedModel<M> typed(TrainedModel<?> trained, Architecture architecture) {
    return new TrainedModel<>(modelType(architecture).cast(trained.model()), trained.context());
  }

  /**
   * Counts the trainable parameters of a run's model with all its experts, without memory for them.
   * They decide whether the model fits into memory, and its checkpoints on the disk.
   *
   * @param vocabulary number of token ids
   */
  public final ParameterTotal parameters(RunConfig config, int vocabulary) {
    TrainingFacts facts = TrainingFacts.ofSteps(config.training().steps());
    return ParameterTotal.of(() -> fresh(config, vocabulary, facts), config.training());
  }

  /**
   * Returns the logits after the last token of a sequence in evaluation mode, [1, V] for V token
   * ids. By default there are none.
   *
   * @param ids input tokens
   * @param written tokens of the output so far, for models with a decoder; else empty
   * @throws IllegalArgumentException if the models have no logits of tokens
   */
  public INDArray lastLogits(TrainedModel<M> trained, TaskRun run, int[] ids, int[] written) {
    throw new IllegalArgumentException("models of task " + name + " have no logits of tokens");
  }

  /**
   * Returns the logits after each of S tokens, [S, V]; they equal those of {@link #lastLogits} for
   * the sequence's prefixes.
   *
   * @param ids input tokens
   * @throws IllegalArgumentException for a task whose models read later tokens as well
   */
  public INDArray eachLogits(TrainedModel<M> trained, TaskRun run, int[] ids) {
    throw new IllegalArgumentException(
        "the logits after each token are those of a causal model, the run is of task " + name);
  }

  /**
   * Measures a trained model. By default this is the loss on the validation set of the run's data.
   *
   * @param said receives the detected format of data other than the run's
   */
  public Measurement evaluate(
      TrainedModel<M> trained, TaskRun run, EvalRequest request, Consumer<String> said) {
    if (request.data() != null || !request.split().equals("valid")) {
      throw new IllegalArgumentException(
          "task %s measures the validation set of the run's data, was asked for %s"
              .formatted(name, request.data() == null ? request.split() : request.data()));
    }
    RunConfig config = run.config();
    TaskData<B, M> data =
        read(
            run.data(),
            config,
            TokenizerSource.of(run.tokenizer()),
            ScratchFolder.parent(),
            TextProgress.NONE);
    Measurement measured =
        measure(trained, run, request, data.sets(config).valid(), "targets", "validation part");
    double loss = measured.loss();
    return measured.with(
        m ->
            m.metricName(data.metricName())
                .metric(data.metric(trained.model(), config, trained.context(), loss)));
  }

  /**
   * Measures the cross-entropy on batches.
   *
   * @param unit kind of the targets, for the user
   * @param text name of the data, for the user
   */
  protected static <B, M extends Model<B>> Measurement measure(
      TrainedModel<M> trained,
      TaskRun run,
      EvalRequest request,
      CorpusBatches<B> batches,
      String unit,
      String text) {
    Evaluation.Measured measured =
        new Evaluation<>(trained.model(), batches.evaluationBatches(request.batches()))
            .measure(trained.context());
    return new Measurement(
        run.name(request),
        measured.targets(),
        unit,
        batches.evaluationShare(request.batches()),
        text,
        measured.loss().orElseThrow());
  }

  /**
   * Exports a trained model to Hugging Face's files. By default it is rejected.
   *
   * @throws IllegalArgumentException if the model cannot be exported
   */
  public HubExport export(M model, HubRequest request) {
    throw new IllegalArgumentException("models of task " + name + " cannot be exported");
  }

  /** A saved run, as its {@link Task} sees it. */
  public interface TaskRun {

    /** Returns the full configuration. */
    RunConfig config();

    /**
     * Returns the run's tokenizer.
     *
     * @throws IllegalArgumentException if the run has none
     */
    Tokenizer tokenizer();

    /**
     * Returns the training data.
     *
     * @throws IllegalArgumentException if the data of the run's start is missing or has changed
     */
    Dataset data();

    /** Returns the chat template of the run's tokenizer, if it has one. */
    default Optional<ChatTemplate> chatTemplate() {
      return Optional.empty();
    }

    /** Returns gate and step, and the experts per token if a request names them; begins a line. */
    String name(EvalRequest request);
  }

  /**
   * A model with the weights of a checkpoint.
   *
   * @param model the model, with loaded parameters
   * @param context phase and temperature of the next step, for evaluation
   * @param <M> the model
   */
  public record TrainedModel<M extends Model<?>>(M model, StepContext context)
      implements AutoCloseable {

    /**
     * Returns this with a checked model type.
     *
     * @throws ClassCastException if the model has another type
     */
    public <T extends Model<?>> TrainedModel<T> as(Class<T> type) {
      return new TrainedModel<>(type.cast(model), context);
    }

    /**
     * Returns the model with a fixed number of experts per token; a gate that anneals is in its
     * hard phase then.
     *
     * @param expertsPerToken experts per token, 1 to E
     * @throws IllegalArgumentException if the model's gate does not support this, with the reason
     */
    public TrainedModel<M> withExpertsPerToken(int expertsPerToken) {
      return new TrainedModel<>(
          model, model.evolving().withExpertsPerToken(context, expertsPerToken));
    }

    /** Releases the model's memory. */
    @Override
    public void close() {
      model.close();
    }
  }
}
