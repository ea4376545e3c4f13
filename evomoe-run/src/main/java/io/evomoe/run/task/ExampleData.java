package io.evomoe.run.task;

import io.evomoe.models.text.CorpusBatches;
import io.evomoe.models.text.SpecialTokens;
import io.evomoe.models.text.Split;
import io.evomoe.models.text.TextCorpus;
import io.evomoe.models.text.TextProgress;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.models.text.source.RecordKind;
import io.evomoe.moe.TrainingFacts.TokenFrequencies;
import io.evomoe.nn.TokenBatch;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.task.TaskData.TokenizerSource;
import io.evomoe.step.StepContext;
import io.evomoe.training.Model;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Examples in memory, for a task of one's own. The metric of a run is its validation loss, unless
 * {@link #metric(String, DoubleUnaryOperator)} gives another one.
 *
 * @param <E> an example
 * @param <B> a batch
 * @param <M> a model
 */
public final class ExampleData<E, B, M extends Model<B>> extends TaskData<B, M> {
  private final String name;
  private final Split<List<E>> examples;
  private final Function<E, IntStream> tokens;
  private final Function<List<E>, B> batch;
  private String metricName = "loss";
  private DoubleUnaryOperator metric = loss -> loss;

  /**
   * Creates the data of a task.
   *
   * @param name of the source, for the user
   * @param tokens returns the token ids of an example, for gates that know token frequencies
   * @param batch makes a batch of some examples
   */
  public ExampleData(
      Task<B, M> task,
      Tokenizer tokenizer,
      String name,
      Split<List<E>> examples,
      Function<E, IntStream> tokens,
      Function<List<E>, B> batch) {
    super(task, tokenizer);
    this.name = name;
    this.examples = examples;
    this.tokens = tokens;
    this.batch = batch;
  }

  /** A text with what is to be learned of it. */
  private record Labelled<V>(V label, IntBuffer ids) {}

  /**
   * Reads rows of a label and a text, {@link RecordKind#CLASS}. Texts longer than {@code
   * model.sequence} are cut. The arguments are those of {@link Task#read}, except the last two.
   *
   * @param label reads a label
   * @param batch makes a batch of texts and their labels
   */
  public static <V, B, M extends Model<B>> ExampleData<?, B, M> labelled(
      Task<B, M> task,
      Dataset data,
      RunConfig config,
      TokenizerSource tokenizers,
      TextProgress progress,
      Function<String, V> label,
      BiFunction<TokenBatch, List<V>, B> batch) {
    Split<List<List<String>>> rows = data.split(RecordKind.CLASS, config.data(), config.split());
    List<String> texts = rows.train().stream().map(row -> row.get(1)).toList();
    Tokenizer tokenizer =
        tokenizers.tokenizer(
            () -> new TextCorpus(data.name(), texts),
            config.model().vocabulary(),
            SpecialTokens.GPT,
            progress);
    int longest = config.model().sequence();
    int padding = tokenizer.endOfText();
    return new ExampleData<>(
        task,
        tokenizer,
        data.name(),
        rows.map(
            some ->
                some.stream()
                    .map(
                        row -> {
                          int[] ids = tokenizer.encode(row.get(1));
                          int[] kept = Arrays.copyOf(ids, Math.min(ids.length, longest));
                          return new Labelled<>(label.apply(row.get(0)), IntBuffer.wrap(kept));
                        })
                    .toList()),
        text -> IntStream.of(text.ids().array()),
        some ->
            batch.apply(
                TokenBatch.padded(some.stream().map(text -> text.ids().array()).toList(), padding),
                some.stream().map(Labelled::label).toList()));
  }

  /**
   * Sets the metric of a run.
   *
   * @param named its name in tables and files, such as {@code rmse}
   * @param ofLoss computes it from the validation loss
   */
  public ExampleData<E, B, M> metric(String named, DoubleUnaryOperator ofLoss) {
    metricName = named;
    metric = ofLoss;
    return this;
  }

  @Override
  protected Split<CorpusBatches<B>> sets(RunConfig config) {
    return new Split<>(examples.train(), examples.valid())
        .map(set -> CorpusBatches.of(set, config.training().batch(), config.seed(), batch));
  }

  @Override
  protected TokenFrequencies frequencies(int vocabulary) {
    return TokenFrequencies.count(examples.train().stream().flatMapToInt(tokens), vocabulary);
  }

  @Override
  public String metricName() {
    return metricName;
  }

  @Override
  public double metric(M trained, RunConfig config, StepContext context, double validLoss) {
    return metric.applyAsDouble(validLoss);
  }

  @Override
  public String description() {
    return String.format(
        Locale.ROOT,
        "%s: %,d training and %,d validation examples, vocabulary %,d",
        name,
        examples.train().size(),
        examples.valid().size(),
        vocabulary());
  }
}
