package io.evomoe.run.internal.task;

import io.evomoe.models.metrics.Bleu;
import io.evomoe.models.text.CorpusBatches;
import io.evomoe.models.text.TextProgress;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.models.text.pairs.BucketedBatches;
import io.evomoe.models.text.pairs.EncodedPairs;
import io.evomoe.models.text.pairs.PairBatch;
import io.evomoe.models.text.pairs.PairCorpus;
import io.evomoe.models.text.pairs.PairSplit;
import io.evomoe.models.transformer.Search;
import io.evomoe.models.transformer.Transformer;
import io.evomoe.moe.TokenFrequencies;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.result.TrainedModel;
import io.evomoe.step.StepContext;
import java.util.List;

/** Sentences and their translations. */
final class TranslationData extends TaskData<PairBatch, Transformer> {
  private final PairSplit pairs;
  private final List<String> notes;
  private final EncodedPairs train;
  private final EncodedPairs valid;

  /**
   * Encodes both parts.
   *
   * @param notes what each source was taken for, a line each
   * @param tokenizer with {@link io.evomoe.models.text.SpecialTokens#ROBERTA}
   * @param limit tokens a sentence may have, its end included; longer ones are cut
   * @param progress told how far it has come
   */
  TranslationData(
      TranslationTask task,
      PairSplit pairs,
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
  protected CorpusBatches<PairBatch> training(RunConfig config) {
    return batches(train, config);
  }

  @Override
  protected CorpusBatches<PairBatch> measured(RunConfig config) {
    return batches(valid, config);
  }

  /** Batches of at most batch times sequence tokens on either side. */
  static BucketedBatches batches(EncodedPairs pairs, RunConfig config) {
    int tokens = Math.multiplyExact(config.training().batch(), config.model().sequence());
    return new BucketedBatches(pairs, tokens, config.seed());
  }

  @Override
  protected TokenFrequencies frequencies(int vocabulary) {
    return train.frequencies(vocabulary);
  }

  @Override
  public String metricName() {
    return "BLEU";
  }

  /** BLEU of the first held-out sentences, translated greedily. */
  @Override
  public double metric(
      Transformer trained, RunConfig config, StepContext context, double validLoss) {
    int wanted = config.training().metricSentences();
    List<String> sources = pairs.valid().sources().stream().limit(wanted).toList();
    List<String> references = pairs.valid().targets().stream().limit(wanted).toList();
    LineTranslator translator =
        new LineTranslator(new TrainedModel<>(trained, context), tokenizer(), Search.greedy());
    return new Bleu().score(translator.translate(sources), references).score();
  }

  @Override
  public String description() {
    return description(
        notes,
        "%s: %,d training and %,d held-out pairs%s, %,d and %,d of them cut, vocabulary %,d"
            .formatted(
                pairs.train().name(),
                train.size(),
                valid.size(),
                testPart(pairs.test().map(PairCorpus::size)),
                train.cutPairs(),
                valid.cutPairs(),
                vocabulary()));
  }
}
