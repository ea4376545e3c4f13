package io.evomoe.run.task;

import io.evomoe.models.text.BpeTokenizer;
import io.evomoe.models.text.ChatTemplate;
import io.evomoe.models.text.CorpusBatches;
import io.evomoe.models.text.CorpusBatches.EvaluationShare;
import io.evomoe.models.text.Documents;
import io.evomoe.models.text.SpecialTokens;
import io.evomoe.models.text.Split;
import io.evomoe.models.text.TextProgress;
import io.evomoe.models.text.TokenFile;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.moe.TrainingFacts.TokenFrequencies;
import io.evomoe.nn.TokenBatch;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.task.MemoryLimit.ParameterTotal;
import io.evomoe.step.StepContext;
import io.evomoe.training.Evaluation;
import io.evomoe.training.ExpertUse;
import io.evomoe.training.Model;
import io.evomoe.training.TrainingData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A task's encoded training and validation data; creates models and batches of comparable runs.
 *
 * @param <B> a batch
 * @param <M> a model
 */
public abstract class TaskData<B, M extends Model<B>> {
  private static final int USE_BATCHES = 8;

  private final Task<B, M> task;
  private final Tokenizer tokenizer;

  /**
   * Creates the data of a task.
   *
   * @param tokenizer of the data
   */
  protected TaskData(Task<B, M> task, Tokenizer tokenizer) {
    this.task = task;
    this.tokenizer = tokenizer;
  }

  /** Returns batches of the training set and of the validation set. */
  protected abstract Split<CorpusBatches<B>> sets(RunConfig config);

  /**
   * Returns the frequency of each token in the training set.
   *
   * @param vocabulary number of token ids
   */
  protected abstract TokenFrequencies frequencies(int vocabulary);

  /** Returns lines on the data, for the user. */
  public abstract String description();

  /** Returns the ids that a run can store to resume without reading the data; empty by default. */
  public Optional<TokenFile> tokens() {
    return Optional.empty();
  }

  /** Creates a model before its first step. */
  public final M model(RunConfig config) {
    return model(config, 0);
  }

  /** Creates the model of a run that follows a training of this number of steps. */
  public final M model(RunConfig config, long earlierSteps) {
    int rows = config.languageModel(vocabulary()).vocabulary();
    OptionalLong steps = OptionalLong.of(earlierSteps + config.training().steps());
    return task.fresh(
        config,
        vocabulary(),
        new TrainingFacts(steps, Optional.of(frequencies(rows)), tokenizer.specialIds()));
  }

  /** Counts the trainable parameters of such a model with all its experts. */
  public final ParameterTotal parameters(RunConfig config) {
    return task.parameters(config, vocabulary());
  }

  /** Returns the batches for training and evaluation. */
  public final TrainingData<B> batches(RunConfig config) {
    Split<CorpusBatches<B>> sets = sets(config);
    return new TrainingData<>(
        sets.train()::batch, sets.valid().evaluationBatches(config.training().evalBatches()));
  }

  /** Returns the share of the validation set that a run is measured on. */
  public final EvaluationShare heldOut(RunConfig config) {
    return sets(config).valid().evaluationShare(config.training().evalBatches());
  }

  /**
   * Returns the UTF-8 bytes of a token of the validation set, for bits per byte; NaN by default,
   * for a loss that is not one of all tokens of a text.
   */
  public double bytesPerToken() {
    return Double.NaN;
  }

  /** Returns the number of steps in which a run reads its training set once. */
  public final double stepsPerPass(RunConfig config) {
    return sets(config).train().batchesPerEpoch() / config.training().microBatches();
  }

  /** Returns the name of the metric in tables and files. */
  public String metricName() {
    return "perplexity";
  }

  /**
   * Returns the metric of a trained model on the validation set; by default exp(validLoss).
   *
   * @param trained the model
   * @param config of its run
   * @param context phase and temperature to measure at
   * @param validLoss its validation loss, in nats
   */
  public double metric(M trained, RunConfig config, StepContext context, double validLoss) {
    return Math.exp(validLoss);
  }

  /**
   * Returns generated samples, to observe the training; none by default.
   *
   * @param model in training, which stays unchanged
   * @param context phase and temperature to generate at
   * @param most maximum number of texts, at least 1
   * @return texts by name
   */
  public Map<String, String> samples(M model, StepContext context, int most) {
    return Map.of();
  }

  /**
   * Returns the tokens that MoE layers route, by the first part of the layers' names; by default
   * none.
   */
  protected Map<String, TokenBatch> routedTokens(B batch) {
    return Map.of();
  }

  /**
   * Returns the tokens that each expert takes, on at most {@value #USE_BATCHES} batches of the
   * validation set. Empty without experts, and without {@link #routedTokens}.
   *
   * @param model in training, which stays unchanged
   * @param context phase and temperature to measure at
   */
  public final List<ExpertUse> expertUse(M model, RunConfig config, StepContext context) {
    int most = Math.min(USE_BATCHES, config.training().evalBatches());
    List<B> batches = sets(config).valid().evaluationBatches(most);
    Map<String, IntStream> ids = new LinkedHashMap<>();
    for (B batch : batches) {
      routedTokens(batch)
          .forEach(
              (part, tokens) ->
                  ids.merge(
                      part, Arrays.stream(tokens.realRows()).map(tokens::id), IntStream::concat));
    }
    if (ids.isEmpty()) {
      return List.of();
    }
    Map<String, int[]> all = new LinkedHashMap<>();
    ids.forEach((part, tokens) -> all.put(part, tokens.toArray()));
    List<ExpertUse> uses = new ArrayList<>();
    IntFunction<String> text = id -> tokenizer.decode(new int[] {id});
    int experts = config.model().experts();
    new Evaluation<>(model, batches)
        .measure(context)
        .firstExperts()
        .forEach(
            (layer, first) ->
                all.forEach(
                    (part, tokens) -> {
                      if (layer.startsWith(part)) {
                        uses.add(ExpertUse.of(layer, first, tokens, experts, text));
                      }
                    }));
    return uses;
  }

  /** Returns the number of token ids. */
  public final int vocabulary() {
    return tokenizer.vocabularySize();
  }

  /** Returns the tokenizer of the data. */
  protected final Tokenizer tokenizer() {
    return tokenizer;
  }

  /** Returns lines on the data: the detected format of each source, and the encoded size. */
  protected static String description(List<String> notes, String encoded) {
    return Stream.concat(notes.stream(), Stream.of(encoded)).collect(Collectors.joining("\n"));
  }

  /** Returns a description of the test part, if there is one. */
  protected static String testPart(Optional<Integer> size) {
    return size.map(tests -> String.format(Locale.ROOT, " (%,d more are the test part)", tests))
        .orElse("");
  }

  /** Provides the tokenizer of a run's data. */
  @FunctionalInterface
  public interface TokenizerSource {

    /**
     * Returns the tokenizer.
     *
     * @param training training set, to learn from
     * @param vocabulary requested number of tokens
     * @param special tokens of the task
     * @param progress called with the progress
     */
    Tokenizer tokenizer(
        Supplier<Documents> training, int vocabulary, SpecialTokens special, TextProgress progress);

    /**
     * Returns the chat template of the tokenizer; by default a plain one ({@link
     * ChatTemplate#plain}).
     */
    default ChatTemplate chatTemplate(Tokenizer tokenizer) {
      return ChatTemplate.plain(tokenizer);
    }

    /** Trains a new one and saves it in this folder. */
    static TokenizerSource learned(Path folder) {
      return (training, vocabulary, special, progress) ->
          BpeTokenizer.train(training.get(), vocabulary, folder, special, progress);
    }

    /** Uses an existing one. */
    static TokenizerSource of(Tokenizer tokenizer) {
      return (training, vocabulary, special, progress) -> tokenizer;
    }
  }
}
