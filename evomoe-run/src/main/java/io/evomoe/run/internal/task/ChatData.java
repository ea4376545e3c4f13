package io.evomoe.run.internal.task;

import io.evomoe.models.causal.CausalLanguageModel;
import io.evomoe.models.causal.Generation;
import io.evomoe.models.causal.GenerationConfig;
import io.evomoe.models.text.ChatBatches;
import io.evomoe.models.text.ChatCorpus;
import io.evomoe.models.text.ChatTemplate;
import io.evomoe.models.text.ChatTokens;
import io.evomoe.models.text.CorpusBatches;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.models.text.Split;
import io.evomoe.models.text.TextProgress;
import io.evomoe.models.text.TokenFile;
import io.evomoe.models.text.TokenStream;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.moe.TrainingFacts.TokenFrequencies;
import io.evomoe.nn.TokenBatch;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.task.TaskData;
import io.evomoe.step.StepContext;
import io.evomoe.training.Model;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.nd4j.shade.guava.primitives.Ints;

/**
 * Conversations for language modelling, whose answers are learned.
 *
 * @param <M> a model
 */
final class ChatData<M extends Model<LanguageBatch>> extends TaskData<LanguageBatch, M> {
  private static final GenerationConfig CONFIG =
      GenerationConfig.defaults().with(g -> g.maxNewTokens(48));

  private final Split<ChatTokens> sides;
  private final String description;

  private ChatData(
      TextTask<M> task, Tokenizer tokenizer, String description, Split<ChatTokens> sides) {
    super(task, tokenizer);
    this.description = description;
    this.sides = sides;
  }

  /** Reads conversations. */
  static <M extends Model<LanguageBatch>> ChatData<M> read(
      TextTask<M> task,
      Dataset data,
      RunConfig config,
      TokenizerSource tokenizers,
      Path folder,
      TextProgress progress) {
    List<String> notes = new ArrayList<>();
    Split<ChatCorpus> chats = Corpora.chats(data, config, notes::add);
    Tokenizer tokenizer =
        tokenizers.tokenizer(
            () -> chats.train().texts(), config.model().vocabulary(), task.special(), progress);
    ChatTemplate template = tokenizers.chatTemplate(tokenizer);
    long all = (long) chats.train().rows().size() + chats.valid().rows().size();
    IntConsumer encoded = progress.counter("Encoding", all);
    Split<ChatTokens> sides =
        new Split<>(chats.train(), chats.valid())
            .map(set -> encode(set, tokenizer, template, config, folder, encoded, notes));
    notes.add(described(sides, chats, config, tokenizer.vocabularySize()));
    return new ChatData<>(task, tokenizer, String.join("\n", notes), sides);
  }

  /**
   * Encodes conversations.
   *
   * @param notes receives a line on those that are left out
   * @throws IllegalArgumentException naming file and line, if the template rejects one and bad
   *     lines are not skipped
   */
  static ChatTokens encode(
      ChatCorpus chats,
      Tokenizer tokenizer,
      ChatTemplate template,
      RunConfig config,
      Path folder,
      IntConsumer encoded,
      List<String> notes) {
    List<Long> rejected = new ArrayList<>();
    ChatTokens tokens =
        ChatTokens.of(
            chats,
            tokenizer,
            template,
            folder,
            row -> encoded.accept(1),
            (line, reason) -> {
              if (!config.data().skipBadLines()) {
                throw new IllegalArgumentException(
                    "%s, line %d: %s".formatted(chats.name(), line, reason.getMessage()), reason);
              }
              rejected.add(line);
            });
    if (!rejected.isEmpty()) {
      notes.add(
          String.format(
              Locale.ROOT,
              "%s: %,d conversations left out that the chat template rejects, e.g. line %d",
              chats.name(),
              rejected.size(),
              rejected.get(0)));
    }
    return tokens;
  }

  private static String described(
      Split<ChatTokens> sides, Split<ChatCorpus> chats, RunConfig config, int vocabulary) {
    int length = config.model().sequence();
    Split<ChatBatches> batches = sides.map(side -> new ChatBatches(side, length, 1, 1, 1));
    int truncated = batches.train().truncated() + batches.valid().truncated();
    return String.format(
        Locale.ROOT,
        "%s: %,d training and %,d validation tokens of answers, of %,d and %,d in %,d and %,d conversations%s%s, vocabulary %,d",
        chats.train().name(),
        sides.train().answers(),
        sides.valid().answers(),
        sides.train().ids().size(),
        sides.valid().ids().size(),
        chats.train().rows().size(),
        chats.valid().rows().size(),
        testPart(chats.test().map(test -> test.rows().size())),
        truncated == 0
            ? ""
            : String.format(
                Locale.ROOT, ", %,d truncated to %,d tokens (model.sequence)", truncated, length),
        vocabulary);
  }

  /** Restores the data from {@link #tokens}. */
  static <M extends Model<LanguageBatch>> ChatData<M> of(
      TextTask<M> task, TokenFile tokens, Tokenizer tokenizer) {
    List<TokenStream> streams = tokens.streams();
    return new ChatData<>(
        task,
        tokenizer,
        tokens.description(),
        new Split<>(
            new ChatTokens(streams.get(0), streams.get(1)),
            new ChatTokens(streams.get(2), streams.get(3))));
  }

  @Override
  public Optional<TokenFile> tokens() {
    ChatTokens train = sides.train();
    ChatTokens valid = sides.valid();
    return Optional.of(
        new TokenFile(
            description, List.of(train.ids(), train.marks(), valid.ids(), valid.marks())));
  }

  @Override
  protected Split<CorpusBatches<LanguageBatch>> sets(RunConfig config) {
    return sides.map(side -> batches(side, config));
  }

  /** Returns batches of conversations. */
  static CorpusBatches<LanguageBatch> batches(ChatTokens chats, RunConfig config) {
    return new ChatBatches(
        chats,
        config.model().sequence(),
        config.training().batch(),
        config.seed(),
        config.training().microBatches());
  }

  @Override
  protected Map<String, TokenBatch> routedTokens(LanguageBatch batch) {
    return Map.of("", batch.tokens());
  }

  @Override
  protected TokenFrequencies frequencies(int vocabulary) {
    return sides.train().ids().frequencies(vocabulary);
  }

  /** Answers the first messages of validation conversations at equal distances. */
  @Override
  public Map<String, String> samples(M model, StepContext context, int most) {
    Map<String, String> samples = new LinkedHashMap<>();
    if (model instanceof CausalLanguageModel causal) {
      for (int i = 0; i < most; i++) {
        int from = (int) ((long) i * sides.valid().ids().size() / most);
        samples.put(i == 0 ? "answered" : "answered_" + (i + 1), answered(causal, context, from));
      }
    }
    return samples;
  }

  private String answered(CausalLanguageModel model, StepContext context, int from) {
    ChatTokens.Prompt prompt = sides.valid().promptAt(from);
    int[] start = Ints.toArray(prompt.ids().isEmpty() ? List.of(prompt.end()) : prompt.ids());
    int[] written =
        new Generation(model, context, vocabulary())
            .generate(start, CONFIG, id -> id == prompt.end());
    return tokenizer().decode(start)
        + " … "
        + tokenizer().decode(Arrays.copyOfRange(written, start.length, written.length));
  }

  @Override
  public String description() {
    return description;
  }
}
