package io.evomoe.run.internal.task;

import io.evomoe.models.hub.HubExport;
import io.evomoe.models.text.TextProgress;
import io.evomoe.models.text.TokenFile;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.Workspaces;
import io.evomoe.run.config.Architecture;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.result.EvalRequest;
import io.evomoe.run.result.ExportRequest;
import io.evomoe.run.result.Measurement;
import io.evomoe.run.result.TrainedModel;
import io.evomoe.training.Model;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A model's objective and data. {@link Tasks} lists the implementations; their presets are in
 * {@code NAME.yaml} beside them.
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

  /** Whether a token's output must not depend on later tokens, in any layer of its models. */
  public final boolean causal() {
    return causal;
  }

  /** Returns the folders of the data that comes with the project, below {@code data}. */
  public final List<String> shippedData() {
    return shippedData;
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
   * @param data files or folders, at least one
   * @param tokenizer a new one or that of a run
   * @param folder for unnamed files, if data does not fit into memory
   * @param progress called with the progress
   */
  public abstract TaskData<B, M> read(
      List<Path> data,
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
  Optional<TaskData<?, ?>> kept(TokenFile tokens, Tokenizer tokenizer) {
    return Optional.empty();
  }

  /**
   * Creates a run's model before its first step, on the selected kernels.
   *
   * @param tokens number of tokens in the tokenizer
   */
  public abstract M fresh(RunConfig config, int tokens, TrainingFacts facts);

  /** Creates the model of a saved run before its first step. */
  public final M fresh(RunCheckpoint run) {
    return fresh(run.config(), run.vocabulary(), run.facts());
  }

  /** Returns the model of a run, with its newest checkpoint loaded. */
  public final TrainedModel<M> trained(RunCheckpoint run) {
    return run.load(fresh(run));
  }

  /**
   * Returns the model of a run with the requested number of experts per token, if there is one.
   *
   * @throws IllegalArgumentException if the run's gate does not support this number
   */
  final TrainedModel<M> trained(RunCheckpoint run, EvalRequest request) {
    TrainedModel<M> trained = trained(run);
    Integer expertsPerToken = request.expertsPerToken();
    return expertsPerToken == null ? trained : trained.withExpertsPerToken(expertsPerToken);
  }

  /**
   * Counts the trainable parameters of a run's model with all its experts, without creating it.
   *
   * @param vocabulary number of token ids
   */
  public abstract ParameterTotal parameters(RunConfig config, int vocabulary);

  /**
   * Returns the logits of one sequence's last token in evaluation mode, one per token id.
   *
   * @param ids input tokens
   */
  public abstract double[] lastLogits(RunCheckpoint run, int[] ids);

  /**
   * Returns the logits after each token of a sequence; they equal those of {@link #lastLogits} for
   * its prefixes.
   *
   * @param ids input tokens
   * @throws IllegalArgumentException for a task whose models read later tokens as well
   */
  public List<double[]> eachLogits(RunCheckpoint run, int[] ids) {
    throw new IllegalArgumentException(
        "the logits after each token are those of a causal model, the run is of task " + name);
  }

  /** Returns one row of logits, computed in a workspace of its own. */
  static double[] row(Supplier<INDArray> logits) {
    return rows(logits).get(0);
  }

  /** Returns several rows of logits, computed in a workspace of its own. */
  static List<double[]> rows(Supplier<INDArray> logits) {
    try (MemoryWorkspace ignored = Workspaces.open("EVOMOE_LOGITS")) {
      return List.of(logits.get().toDoubleMatrix());
    }
  }

  /** Measures a trained model. */
  public final Measurement evaluate(RunCheckpoint run, EvalRequest request) {
    return evaluate(run, request, note -> {});
  }

  /**
   * Measures a trained model.
   *
   * @param said receives the detected format of data other than the run's
   */
  public abstract Measurement evaluate(
      RunCheckpoint run, EvalRequest request, Consumer<String> said);

  /** Exports the trained model of a run to Hugging Face's files. */
  public abstract HubExport export(RunCheckpoint run, ExportRequest request);
}
