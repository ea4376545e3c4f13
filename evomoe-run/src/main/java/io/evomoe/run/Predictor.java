package io.evomoe.run;

import io.evomoe.models.causal.CausalLanguageModel;
import io.evomoe.models.causal.Generation;
import io.evomoe.models.causal.GenerationConfig;
import io.evomoe.models.internal.text.EncodedTexts;
import io.evomoe.models.roberta.Roberta;
import io.evomoe.models.text.BpeTokenizer;
import io.evomoe.models.text.ChatMessage;
import io.evomoe.models.text.ChatTemplate;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.models.transformer.Search;
import io.evomoe.models.transformer.Transformer;
import io.evomoe.nn.Lifetime;
import io.evomoe.nn.TokenBatch;
import io.evomoe.nn.internal.Workspaces;
import io.evomoe.run.TextStream.Generated;
import io.evomoe.run.TextStream.IncrementalText;
import io.evomoe.run.finetune.Classifier;
import io.evomoe.run.finetune.Classifier.Classified;
import io.evomoe.run.internal.folder.RunFolder;
import io.evomoe.run.internal.task.LineTranslator;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.task.Task.TrainedModel;
import io.evomoe.step.StepContext;
import io.evomoe.training.Model;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Uses a trained model: generates, translates, classifies or embeds texts.
 *
 * <pre>{@code
 * try (Predictor predictor = Predictor.open(Path.of("runs/mine"))) {
 *   GenerationConfig config = GenerationConfig.defaults().with(g -> g.maxNewTokens(40).topP(0.9));
 *   System.out.println(predictor.generate("The state of", config).text());
 * }
 * }</pre>
 *
 * <p>Thread-safe. Texts that are generated at the same time share a batch, which they join and
 * leave at every token. Each gets the same tokens as alone. {@link #close()} waits for the calls in
 * progress and cancels open streams; later calls are rejected.
 */
public final class Predictor implements AutoCloseable {
  private static final String EMBEDDING = "EVOMOE_EMBEDDING";

  private final Path folder;
  private final String task;
  private final Lifetime lifetime;
  private final @Nullable TrainedModel<?> trained;
  private final @Nullable Tokenizer tokenizer;
  private final @Nullable Classifier classifier;
  private final Runnable free;
  private @Nullable GenerationThread generations;
  private @Nullable ChatTemplate template;

  /** Creates a predictor for a run's model. The caller frees the model after closing. */
  Predictor(Path folder, String task, TrainedModel<?> trained, Tokenizer tokenizer) {
    this(folder, task, trained, tokenizer, null, () -> {});
  }

  private Predictor(
      Path folder,
      String task,
      @Nullable TrainedModel<?> trained,
      @Nullable Tokenizer tokenizer,
      @Nullable Classifier classifier,
      Runnable free) {
    this.folder = folder;
    this.task = task;
    this.trained = trained;
    this.tokenizer = tokenizer;
    this.classifier = classifier;
    this.free = free;
    this.lifetime = new Lifetime("the predictor of " + folder, "open it again with Predictor.open");
  }

  /**
   * Opens the best checkpoint of a run or of a fine-tuning.
   *
   * @param folder of the run or fine-tuning, or one checkpoint in a run
   * @throws IllegalArgumentException if it is no such folder
   * @throws io.evomoe.training.CheckpointException if the checkpoint is damaged
   */
  public static Predictor open(Path folder) {
    if (Classifier.isIn(folder)) {
      Classifier classifier = Classifier.open(folder);
      return new Predictor(folder, "finetune", null, null, classifier, classifier::close);
    }
    RunCheckpoint run = RunCheckpoint.open(folder);
    Tokenizer tokenizer = run.tokenizer();
    TrainedModel<?> model = run.trained();
    return new Predictor(folder, run.config().task(), model, tokenizer, null, model::close);
  }

  /** Continues a prompt with {@link GenerationConfig#defaults()}. */
  public Generated generate(String prompt) {
    return generate(prompt, GenerationConfig.defaults());
  }

  /**
   * Continues a prompt. An interrupt of the thread cancels the generation.
   *
   * @param prompt may be empty, for the beginning of a document
   * @throws IllegalArgumentException if the run is of another task
   */
  public Generated generate(String prompt, GenerationConfig config) {
    return lifetime.during(() -> stream(prompt, config).await());
  }

  /**
   * Continues a prompt and passes on the text as it grows.
   *
   * @param listener receives whole characters on the calling thread; false cancels the generation
   */
  public Generated generate(String prompt, GenerationConfig config, Predicate<String> listener) {
    try (Lifetime.Call ignored = lifetime.enter()) {
      TextStream stream = stream(prompt, config);
      try {
        for (var more = stream.next(); more.isPresent(); more = stream.next()) {
          if (!listener.test(more.get())) {
            stream.cancel();
          }
        }
      } finally {
        stream.cancel();
      }
      return stream.await();
    }
  }

  /**
   * Starts to continue a prompt and returns at once.
   *
   * @param prompt may be empty, for the beginning of a document
   */
  public TextStream stream(String prompt, GenerationConfig config) {
    try (Lifetime.Call ignored = lifetime.enter()) {
      TrainedModel<CausalLanguageModel> model = model(CausalLanguageModel.class, "generate", "gpt");
      return stream(model, ids(prompt), config, Set.of(tokenizer().endOfText()));
    }
  }

  /**
   * Starts to answer a conversation and returns at once. The model's {@link #chatTemplate} makes a
   * text of the conversation. The answer ends with the template's end of an answer, or with the end
   * of text.
   *
   * @param messages at least one, the last one usually of the user
   * @throws IllegalArgumentException if the run is of another task or has no chat template, or the
   *     template rejects the messages
   */
  public TextStream stream(List<ChatMessage> messages, GenerationConfig config) {
    try (Lifetime.Call ignored = lifetime.enter()) {
      TrainedModel<CausalLanguageModel> model = model(CausalLanguageModel.class, "generate", "gpt");
      ChatTemplate its = requireTemplate();
      Set<Integer> ends = new HashSet<>(Set.of(tokenizer().endOfText()));
      its.endOfAnswer(tokenizer()).ifPresent(ends::add);
      if (tokenizer() instanceof BpeTokenizer pairs) {
        ends.add(pairs.endOfOutput());
      }
      return stream(model, ids(messages, its), config, ends);
    }
  }

  /** Answers a conversation; see {@link #stream(List, GenerationConfig)}. */
  public Generated generate(List<ChatMessage> messages, GenerationConfig config) {
    return lifetime.during(() -> stream(messages, config).await());
  }

  /** Returns the tokenizer's chat template; empty if it has none, and for classifiers. */
  public Optional<ChatTemplate> chatTemplate() {
    return lifetime.during(this::readTemplate);
  }

  private synchronized Optional<ChatTemplate> readTemplate() {
    if (template == null && trained != null) {
      template = ChatTemplate.in(RunFolder.open(folder).tokenizerPath()).orElse(null);
    }
    return Optional.ofNullable(template);
  }

  private TextStream stream(
      TrainedModel<CausalLanguageModel> model,
      int[] prompt,
      GenerationConfig config,
      Set<Integer> ends) {
    IncrementalText increments = new IncrementalText(tokenizer(), prompt, config.stopStrings());
    TextStream stream = new TextStream(prompt, config, increments, ends);
    generations(model).add(stream);
    return stream;
  }

  /**
   * Returns the number of tokens of a text as the model reads it, special ones included.
   *
   * @throws IllegalArgumentException if the folder has a classifier
   */
  public int countTokens(String text) {
    return lifetime.during(
        () -> {
          boolean isEnclosed = trained().model() instanceof Roberta;
          return ids(text).length + (isEnclosed ? 2 : 0);
        });
  }

  /**
   * Returns the number of tokens of a conversation as the model reads it before its answer.
   *
   * @throws IllegalArgumentException as {@link #stream(List, GenerationConfig)}
   */
  public int countTokens(List<ChatMessage> messages) {
    return lifetime.during(
        () -> {
          model(CausalLanguageModel.class, "generate", "gpt");
          return ids(messages, requireTemplate()).length;
        });
  }

  private int[] ids(List<ChatMessage> messages, ChatTemplate its) {
    if (messages.isEmpty()) {
      throw new IllegalArgumentException("messages must be at least 1, were 0");
    }
    return tokenizer().encode(its.render(messages, true));
  }

  private ChatTemplate requireTemplate() {
    String none =
        folder
            + " has no chat template, so it cannot answer messages; train it on chats (train --from FOLDER --data chats.jsonl)";
    return chatTemplate().orElseThrow(() -> new IllegalArgumentException(none));
  }

  /** An empty text is the beginning of a document. */
  private int[] ids(String text) {
    int[] ids = text.isEmpty() ? new int[0] : tokenizer().encode(text);
    return ids.length == 0 ? new int[] {tokenizer().endOfText()} : ids;
  }

  private synchronized GenerationThread generations(TrainedModel<CausalLanguageModel> model) {
    if (generations == null) {
      Generation generation =
          new Generation(model.model(), model.context(), tokenizer().vocabularySize());
      generations = new GenerationThread(generation);
    }
    return generations;
  }

  /**
   * Translates sentences; the result has the same order.
   *
   * @throws IllegalArgumentException if the run is of another task
   */
  public List<String> translate(List<String> sentences, Search search) {
    return translate(sentences, search, sentence -> {});
  }

  /**
   * Translates sentences; the result has the same order.
   *
   * @param cut receives the index of each sentence that is truncated to {@link #limit} tokens
   */
  public List<String> translate(List<String> sentences, Search search, IntConsumer cut) {
    return lifetime.during(() -> translator(search).translate(sentences, cut));
  }

  private LineTranslator translator(Search search) {
    TrainedModel<Transformer> model = model(Transformer.class, "translate", "mt");
    return new LineTranslator(model, tokenizer(), search);
  }

  /**
   * Returns the classes of texts, in the same order.
   *
   * @throws IllegalArgumentException if the folder has no fine-tuned classifier
   */
  public List<Classified> classify(List<String> texts) {
    Classifier opened = classifier;
    if (opened == null) {
      throw unsuited("classify", "a fine-tuned classifier");
    }
    return lifetime.during(() -> opened.classify(texts));
  }

  /**
   * Returns a vector for each text: the mean of its last hidden states. Texts longer than {@link
   * #limit} are truncated.
   *
   * @param normalized whether each vector is divided by its length
   * @return one vector [d] for each text
   * @throws IllegalArgumentException if the run is of another task
   */
  public List<float[]> embed(List<String> texts, boolean normalized) {
    try (Lifetime.Call ignored = lifetime.enter()) {
      StepContext context = trained().context();
      if (trained().model() instanceof CausalLanguageModel causal) {
        return texts.stream()
            .map(this::ids)
            .map(ids -> Arrays.copyOf(ids, Math.min(ids.length, causal.config().positions())))
            .map(ids -> vector(ids, read -> causal.hiddenStates(read, context), normalized))
            .toList();
      }
      Roberta roberta = model(Roberta.class, "embed", "gpt or roberta").model();
      EncodedTexts encoded =
          EncodedTexts.enclosed(texts, tokenizer(), roberta.config().positions());
      return IntStream.range(0, texts.size())
          .mapToObj(encoded::ids)
          .map(ids -> vector(ids, read -> roberta.hiddenStates(read, context), normalized))
          .toList();
    } finally {
      Workspaces.free(EMBEDDING);
    }
  }

  /** Returns the mean of a text's last hidden states. */
  private float[] vector(int[] ids, Function<TokenBatch, INDArray> states, boolean normalized) {
    double[] values;
    try (MemoryWorkspace ignored = Workspaces.open(EMBEDDING)) {
      values = trained().model().kernels().read(states.apply(TokenBatch.of(ids.length, ids)));
    }
    INDArray mean = Nd4j.createFromArray(values).reshape(ids.length, -1).mean(0);
    double norm = normalized ? mean.norm2Number().doubleValue() : 1;
    return mean.div(norm == 0 ? 1 : norm).toFloatVector();
  }

  /**
   * Returns the maximum number of tokens that are read of a sentence or text, special ones
   * included.
   */
  public int limit() {
    return lifetime.during(
        () -> {
          if (classifier != null) {
            return classifier.limit();
          }
          Model<?> model = trained().model();
          if (model instanceof CausalLanguageModel causal) {
            return causal.config().positions();
          }
          return model instanceof Roberta roberta
              ? roberta.config().positions()
              : translator(Search.greedy()).limit();
        });
  }

  /** Returns the model of a run. */
  private TrainedModel<?> trained() {
    if (trained == null) {
      RunFolder.open(folder); // rejects a classifier, and names the commands for it
    }
    return Objects.requireNonNull(trained);
  }

  private Tokenizer tokenizer() {
    return Objects.requireNonNull(tokenizer);
  }

  private <M extends Model<?>> TrainedModel<M> model(Class<M> type, String use, String tasks) {
    if (!type.isInstance(trained().model())) {
      throw unsuited(use, "task " + tasks);
    }
    return trained().as(type);
  }

  private IllegalArgumentException unsuited(String use, String needed) {
    return new IllegalArgumentException(
        "%s is a run of task %s; %s needs %s".formatted(folder, task, use, needed));
  }

  /**
   * Waits for the calls in progress, cancels open streams, and frees model and tokenizer. Those of
   * a {@link Run} are freed with the run.
   *
   * @throws IllegalStateException if called from a listener, or if the thread is interrupted while
   *     it waits; the predictor stays open then
   */
  @Override
  public void close() {
    lifetime.close(
        () -> {
          if (generations != null) {
            generations.close();
          }
          free.run();
        });
  }
}
