package io.evomoe.run.task;

import io.evomoe.models.hub.HubExport;
import io.evomoe.models.text.BpeTokenizer;
import io.evomoe.models.text.TextProgress;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.run.config.Preset;
import io.evomoe.run.config.RunConfig;
import io.evomoe.training.Model;
import java.nio.file.Path;
import java.util.List;

/** What is known of a task before it has data. One class a task, listed in {@link Tasks}. */
public interface TaskKind {

  /** Name for the command line and configurations. */
  String name();

  /** One line for people: model and data. */
  String description();

  /** The class of its models. */
  Class<? extends Model<?>> modelType();

  /** Whether a token's output must not depend on later tokens, in any layer of its models. */
  boolean causal();

  /** Sizes that are known to work: {@code quick}, {@code small} and {@code base}. */
  List<Preset> presets();

  /** Folders of the data that comes with the project, below {@code data}. */
  List<String> shippedData();

  /** The same as the longer method, telling nobody. */
  default Task<?, ?> prepare(List<Path> data, RunConfig config, Path tokenizerFolder) {
    return prepare(data, config, tokenizerFolder, TextProgress.NONE);
  }

  /**
   * Reads data and trains a tokenizer on its training side.
   *
   * @param data files or folders, at least one
   * @param tokenizerFolder where the tokenizer is saved
   * @param progress told how far it has come
   */
  Task<?, ?> prepare(
      List<Path> data, RunConfig config, Path tokenizerFolder, TextProgress progress);

  /** The same as the longer method, telling nobody. */
  default Task<?, ?> open(List<Path> data, RunConfig config, BpeTokenizer tokenizer) {
    return open(data, config, tokenizer, TextProgress.NONE);
  }

  /**
   * Reads data for a run that has its tokenizer.
   *
   * @param progress told how far it has come
   */
  Task<?, ?> open(List<Path> data, RunConfig config, BpeTokenizer tokenizer, TextProgress progress);

  /**
   * Trainable parameters of a run's model once it has all its experts; the model is not made.
   *
   * @param vocabulary token ids
   */
  ParameterTotal parameters(RunConfig config, int vocabulary);

  /**
   * Refuses an architecture that models of this task do not have.
   *
   * @throws IllegalArgumentException naming the field
   */
  void check(RunConfig config);

  /**
   * A model of a run before its first step.
   *
   * @param tokens that the tokenizer has
   */
  Model<?> fresh(RunConfig config, int tokens, TrainingFacts facts);

  /** The model of a saved run before its first step. */
  default Model<?> fresh(RunCheckpoint run) {
    return fresh(run.config(), run.vocabulary(), run.facts());
  }

  /** The model of a run, with its newest checkpoint loaded. */
  TrainedModel<?> trained(RunCheckpoint run);

  /**
   * Logits of one sequence's last token, evaluated, one a token id.
   *
   * @param ids tokens that are read
   * @param targets task mt: tokens that the decoder reads, empty for the beginning of a sentence;
   *     empty for other tasks
   */
  double[] lastLogits(RunCheckpoint run, int[] ids, int[] targets);

  /** The trained model of a run in the files of Hugging Face. */
  HubExport export(RunCheckpoint run);

  /** Measures a trained model. */
  Measurement evaluate(RunCheckpoint run, EvalRequest request);
}
