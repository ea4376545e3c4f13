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
 * What a model learns, and from which data. One class a task, listed in {@link Tasks}; its presets
 * are the numbers in {@code NAME.yaml} beside it.
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
   * A task.
   *
   * @param name for the command line and configurations
   * @param models the classes of its models, by the architectures that it has
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

  /** Name for the command line and configurations. */
  public final String name() {
    return name;
  }

  /**
   * The class of its models.
   *
   * @throws IllegalArgumentException for an architecture that it has not
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

  /** The architecture of a class of models; empty where it has none of that class. */
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

  /** Folders of the data that comes with the project, below {@code data}. */
  public final List<String> shippedData() {
    return shippedData;
  }

  /**
   * Refuses an architecture that models of this task do not have; by default what only the
   * embedding of a RoBERTa has.
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
   * @param folder that takes files without a name, for what is too much to be in memory
   * @param progress told how far it has come
   */
  public abstract TaskData<B, M> read(
      List<Path> data,
      RunConfig config,
      TokenizerSource tokenizer,
      Path folder,
      TextProgress progress);

  /**
   * The data of which a run has kept the ids; empty for a task whose data is always read.
   *
   * @param tokens as {@link TaskData#tokens} gave them
   * @param tokenizer that they were encoded with
   */
  Optional<TaskData<?, ?>> kept(TokenFile tokens, Tokenizer tokenizer) {
    return Optional.empty();
  }

  /**
   * A model of a run before its first step, on the selected kernels.
   *
   * @param tokens that the tokenizer has
   */
  public abstract M fresh(RunConfig config, int tokens, TrainingFacts facts);

  /** The model of a saved run before its first step. */
  public final M fresh(RunCheckpoint run) {
    return fresh(run.config(), run.vocabulary(), run.facts());
  }

  /** The model of a run, with its newest checkpoint loaded. */
  public final TrainedModel<M> trained(RunCheckpoint run) {
    return run.load(fresh(run));
  }

  /**
   * The model of a run as a request wants it: with its experts of a token, where it names them.
   *
   * @throws IllegalArgumentException if the run's gate cannot give so many
   */
  final TrainedModel<M> trained(RunCheckpoint run, EvalRequest request) {
    TrainedModel<M> trained = trained(run);
    Integer expertsPerToken = request.expertsPerToken();
    return expertsPerToken == null ? trained : trained.withExpertsPerToken(expertsPerToken);
  }

  /**
   * Trainable parameters of a run's model once it has all its experts; the model is not made.
   *
   * @param vocabulary token ids
   */
  public abstract ParameterTotal parameters(RunConfig config, int vocabulary);

  /**
   * Logits of one sequence's last token, evaluated, one a token id.
   *
   * @param ids tokens that are read
   */
  public abstract double[] lastLogits(RunCheckpoint run, int[] ids);

  /**
   * Logits after each token of a sequence, those that {@link #lastLogits} gives of its beginnings.
   *
   * @param ids tokens that are read
   * @throws IllegalArgumentException for a task whose models read later tokens as well
   */
  public List<double[]> eachLogits(RunCheckpoint run, int[] ids) {
    throw new IllegalArgumentException(
        "the logits after each token are those of a causal model, the run is of task " + name);
  }

  /** One row of logits, computed in a workspace of its own. */
  static double[] row(Supplier<INDArray> logits) {
    return rows(logits).get(0);
  }

  /** The same with several rows. */
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
   * @param said told what data other than the run's was taken for
   */
  public abstract Measurement evaluate(
      RunCheckpoint run, EvalRequest request, Consumer<String> said);

  /** The trained model of a run in the files of Hugging Face. */
  public abstract HubExport export(RunCheckpoint run, ExportRequest request);
}
