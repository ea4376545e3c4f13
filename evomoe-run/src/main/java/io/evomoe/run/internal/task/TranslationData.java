package io.evomoe.run.internal.task;

import io.evomoe.models.internal.text.BucketedBatches;
import io.evomoe.models.internal.text.EncodedPairs;
import io.evomoe.models.metrics.Bleu;
import io.evomoe.models.text.CorpusBatches;
import io.evomoe.models.text.PairBatch;
import io.evomoe.models.text.RowCorpus;
import io.evomoe.models.text.Split;
import io.evomoe.models.text.TextProgress;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.models.transformer.Search;
import io.evomoe.models.transformer.Transformer;
import io.evomoe.moe.TrainingFacts.TokenFrequencies;
import io.evomoe.nn.TokenBatch;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.task.Task.TrainedModel;
import io.evomoe.run.task.TaskData;
import io.evomoe.step.StepContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Sentences and their translations. */
final class TranslationData extends TaskData<PairBatch, Transformer> {
  private final Split<RowCorpus> pairs;
  private final List<String> notes;
  private final EncodedPairs train;
  private final EncodedPairs valid;

  /**
   * Encodes training and validation pairs.
   *
   * @param notes the detected format of each source, one line each
   * @param tokenizer with {@link io.evomoe.models.text.SpecialTokens#ROBERTA}
   * @param limit maximum number of tokens in a sentence, its end included; longer ones are
   *     truncated
   * @param progress called with the progress
   */
  TranslationData(
      TranslationTask task,
      Split<RowCorpus> pairs,
      List<String> notes,
      Tokenizer tokenizer,
      int limit,
      TextProgress progress) {
    super(task, tokenizer);
    this.pairs = pairs;
    this.notes = notes;
    this.train = EncodedPairs.of(pairs.train(), tokenizer, limit, progress);
    this.valid = EncodedPairs.of(pairs.valid(), tokenizer, limit, progress);
  }

  @Override
  protected Split<CorpusBatches<PairBatch>> sets(RunConfig config) {
    return new Split<>(batches(train, config), batches(valid, config));
  }

  /** Returns batches of at most batch times sequence source tokens, and target tokens. */
  static BucketedBatches batches(EncodedPairs pairs, RunConfig config) {
    int tokens = Math.multiplyExact(config.training().batch(), config.model().sequence());
    return new BucketedBatches(pairs, tokens, config.seed());
  }

  @Override
  protected Map<String, TokenBatch> routedTokens(PairBatch batch) {
    return Map.of("encoder.", batch.source(), "decoder.", batch.target());
  }

  @Override
  protected TokenFrequencies frequencies(int vocabulary) {
    return train.frequencies(vocabulary);
  }

  @Override
  public String metricName() {
    return "BLEU";
  }

  /** Returns BLEU of the first validation sentences, translated greedily. */
  @Override
  public double metric(
      Transformer trained, RunConfig config, StepContext context, double validLoss) {
    int wanted = config.training().metricSentences();
    List<String> references = pairs.valid().column(1).stream().limit(wanted).toList();
    return new Bleu().score(translated(trained, context, wanted), references).score();
  }

  /** Returns the first validation sentences with their translations. */
  @Override
  public Map<String, String> samples(Transformer model, StepContext context, int most) {
    List<String> translations = translated(model, context, most);
    Map<String, String> samples = new LinkedHashMap<>();
    for (int i = 0; i < translations.size(); i++) {
      samples.put(
          "translated_" + (i + 1),
          "%s → %s (%s)"
              .formatted(
                  pairs.valid().column(0).get(i),
                  translations.get(i),
                  pairs.valid().column(1).get(i)));
    }
    return samples;
  }

  private List<String> translated(Transformer model, StepContext context, int sentences) {
    List<String> sources = pairs.valid().column(0).stream().limit(sentences).toList();
    return new LineTranslator(new TrainedModel<>(model, context), tokenizer(), Search.greedy())
        .translate(sources, line -> {});
  }

  @Override
  public String description() {
    return description(
        notes,
        String.format(
            Locale.ROOT,
            "%s: %,d training and %,d validation pairs%s, %,d and %,d of them cut, vocabulary %,d",
            pairs.train().name(),
            train.size(),
            valid.size(),
            testPart(pairs.test().map(RowCorpus::size)),
            train.cutPairs(),
            valid.cutPairs(),
            vocabulary()));
  }
}
