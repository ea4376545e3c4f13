package io.evomoe.run.internal.task;

import io.evomoe.models.causal.CausalLanguageModel;
import io.evomoe.models.causal.Generation;
import io.evomoe.models.causal.GenerationConfig;
import io.evomoe.models.text.CorpusBatches;
import io.evomoe.models.text.Documents;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.models.text.Split;
import io.evomoe.models.text.TextSplit;
import io.evomoe.models.text.TokenFile;
import io.evomoe.models.text.TokenStream;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.moe.TrainingFacts.TokenFrequencies;
import io.evomoe.nn.TokenBatch;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.task.TaskData;
import io.evomoe.step.StepContext;
import io.evomoe.training.Model;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A text for language modelling.
 *
 * @param <M> a model
 */
final class TextData<M extends Model<LanguageBatch>> extends TaskData<LanguageBatch, M> {
  private static final int PROMPT = 8;

  /** Tokens in which the beginning of a line is searched. */
  private static final int NEAR = 1 << 14;

  private static final GenerationConfig CONFIG =
      GenerationConfig.defaults().with(g -> g.maxNewTokens(48));

  private final TextTask<M> task;
  private final String description;
  private final Split<TokenStream> sides;

  private TextData(
      TextTask<M> task, Tokenizer tokenizer, String description, Split<TokenStream> sides) {
    super(task, tokenizer);
    this.task = task;
    this.description = description;
    this.sides = sides;
  }

  /**
   * Returns data that is encoded already.
   *
   * @param notes the detected format of each source, one line each
   * @param documents text on their number, for the description
   */
  static <M extends Model<LanguageBatch>> TextData<M> of(
      TextTask<M> task,
      Split<TokenStream> sides,
      List<String> notes,
      String documents,
      Tokenizer tokenizer) {
    String tokens =
        String.format(
            Locale.ROOT,
            "%s: %,d training and %,d validation tokens%s%s, vocabulary %,d",
            sides.train().name(),
            sides.train().size(),
            sides.valid().size(),
            task.causal() ? "" : ", 15% of them masked,",
            documents,
            tokenizer.vocabularySize());
    return new TextData<>(task, tokenizer, description(notes, tokens), sides);
  }

  /** Describes the number of documents in each set. */
  static String documents(TextSplit text) {
    return String.format(
        Locale.ROOT,
        " of %,d and %,d %s%s",
        text.train().count(),
        text.valid().count(),
        text.unit(),
        testPart(text.test().map(Documents::count)));
  }

  /** Restores the data from {@link #tokens}. */
  static <M extends Model<LanguageBatch>> TextData<M> of(
      TextTask<M> task, TokenFile tokens, Tokenizer tokenizer) {
    return new TextData<>(
        task,
        tokenizer,
        tokens.description(),
        new Split<>(tokens.streams().get(0), tokens.streams().get(1)));
  }

  @Override
  public Optional<TokenFile> tokens() {
    return Optional.of(new TokenFile(description, List.of(sides.train(), sides.valid())));
  }

  @Override
  protected Split<CorpusBatches<LanguageBatch>> sets(RunConfig config) {
    return sides.map(side -> task.batches(side, tokenizer(), config));
  }

  @Override
  protected Map<String, TokenBatch> routedTokens(LanguageBatch batch) {
    return Map.of("", batch.tokens());
  }

  @Override
  protected TokenFrequencies frequencies(int vocabulary) {
    return sides.train().frequencies(vocabulary);
  }

  @Override
  public double bytesPerToken() {
    return task.causal() ? sides.valid().bytesPerToken(tokenizer()) : Double.NaN;
  }

  /**
   * Continues the beginning of the validation text, and of documents at equal distances. A line in
   * a document takes the place of one that begins like an earlier one, or of none.
   */
  @Override
  public Map<String, String> samples(M model, StepContext context, int most) {
    Map<String, String> samples = new LinkedHashMap<>();
    if (model instanceof CausalLanguageModel causal) {
      Set<List<Integer>> begun = new HashSet<>();
      for (int i = 0; i < most; i++) {
        int from = (int) ((long) i * sides.valid().size() / most);
        int[] prompt = prompt(from, begun);
        begun.add(Arrays.stream(prompt).boxed().toList());
        samples.put(
            i == 0 ? "continued" : "continued_" + (i + 1), continued(causal, context, prompt));
      }
    }
    return samples;
  }

  private int[] prompt(int from, Set<List<Integer>> begun) {
    TokenStream valid = sides.valid();
    IntStream document = IntStream.range(from, valid.size()).filter(this::beginsDocument).limit(1);
    int near = Math.min(valid.size() - from, NEAR) + from;
    IntStream line = IntStream.range(from, near).filter(this::beginsLine);
    return IntStream.concat(document, line)
        .mapToObj(this::prompt)
        .filter(prompt -> !begun.contains(Arrays.stream(prompt).boxed().toList()))
        .findFirst()
        .orElseGet(() -> prompt(from));
  }

  private boolean beginsDocument(int place) {
    return place == 0 || sides.valid().id(place - 1) == tokenizer().endOfText();
  }

  private boolean beginsLine(int place) {
    return place > 0 && text(place - 1).endsWith("\n") && !text(place).startsWith("\n");
  }

  private String text(int place) {
    return tokenizer().decode(new int[] {sides.valid().id(place)});
  }

  private int[] prompt(int begin) {
    TokenStream valid = sides.valid();
    int end = tokenizer().endOfText();
    int[] prompt =
        IntStream.range(begin, Math.min(begin + PROMPT, valid.size()))
            .map(valid::id)
            .takeWhile(id -> id != end)
            .toArray();
    return prompt.length == 0 ? new int[] {end} : prompt;
  }

  private String continued(CausalLanguageModel causal, StepContext context, int[] prompt) {
    int end = tokenizer().endOfText();
    int[] written =
        new Generation(causal, context, vocabulary()).generate(prompt, CONFIG, id -> id == end);
    return tokenizer().decode(prompt)
        + " … "
        + tokenizer().decode(Arrays.copyOfRange(written, prompt.length, written.length));
  }

  @Override
  public String description() {
    return description;
  }
}
