package io.evomoe.run.task;

import io.evomoe.kernel.Activation;
import io.evomoe.models.metrics.Bleu;
import io.evomoe.models.stack.EmbeddingSize;
import io.evomoe.models.stack.StackSize;
import io.evomoe.models.text.EvaluationShare;
import io.evomoe.models.text.TextProgress;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.models.text.pairs.BucketedBatches;
import io.evomoe.models.text.pairs.EncodedPairs;
import io.evomoe.models.text.pairs.PairBatch;
import io.evomoe.models.text.pairs.PairCorpus;
import io.evomoe.models.text.pairs.PairSplit;
import io.evomoe.models.transformer.Search;
import io.evomoe.models.transformer.Transformer;
import io.evomoe.models.transformer.TransformerConfig;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.run.config.RunConfig;
import io.evomoe.step.StepContext;
import io.evomoe.training.TrainingData;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Translation of sentences, with a tokenizer of both languages. */
public final class TranslationTask implements Task<PairBatch, Transformer> {
  private final PairSplit pairs;
  private final Tokenizer tokenizer;
  private final EncodedPairs train;
  private final EncodedPairs valid;

  /**
   * Encodes both parts.
   *
   * @param tokenizer with {@link io.evomoe.models.text.SpecialTokens#ROBERTA}
   * @param limit tokens a sentence may have, its end included; longer ones are cut
   */
  public TranslationTask(PairSplit pairs, Tokenizer tokenizer, int limit) {
    this(pairs, tokenizer, limit, TextProgress.NONE);
  }

  /**
   * Encodes both parts.
   *
   * @param progress told how far it has come
   */
  public TranslationTask(PairSplit pairs, Tokenizer tokenizer, int limit, TextProgress progress) {
    this.pairs = pairs;
    this.tokenizer = tokenizer;
    this.train = EncodedPairs.of(pairs.train(), tokenizer, limit, progress);
    this.valid = EncodedPairs.of(pairs.valid(), tokenizer, limit, progress);
  }

  @Override
  public Transformer model(RunConfig config) {
    OptionalLong steps = OptionalLong.of(config.training().steps());
    return model(
        config,
        vocabulary(),
        new TrainingFacts(
            steps, Optional.of(train.frequencies(config.embedding(vocabulary()).vocabulary()))));
  }

  /**
   * A model of a run before its first step, on the selected kernels.
   *
   * @param tokens that the tokenizer has
   */
  static Transformer model(RunConfig config, int tokens, TrainingFacts facts) {
    EmbeddingSize embedding = config.embedding(tokens);
    StackSize stack = config.stack(Activation.RELU);
    return new Transformer(
        new TransformerConfig(
            embedding.vocabulary(),
            embedding.positions(),
            stack,
            stack,
            config.training().labelSmoothing()),
        config.provider(),
        config.options(),
        facts,
        config.seed(),
        config.kernels());
  }

  @Override
  public TrainingData<PairBatch> data(RunConfig config) {
    BucketedBatches heldOut = batches(valid, config);
    return new TrainingData<>(
        batches(train, config), heldOut.evaluationBatches(config.training().evalBatches()));
  }

  @Override
  public EvaluationShare heldOut(RunConfig config) {
    return batches(valid, config).evaluationShare(config.training().evalBatches());
  }

  /** Batches of at most batch times sequence tokens on either side. */
  static BucketedBatches batches(EncodedPairs pairs, RunConfig config) {
    int tokens = Math.multiplyExact(config.training().batch(), config.model().sequence());
    return new BucketedBatches(pairs, tokens, config.seed());
  }

  @Override
  public int vocabulary() {
    return tokenizer.vocabularySize();
  }

  @Override
  public String metricName() {
    return "BLEU";
  }

  /** BLEU of the first held-out sentences, translated greedily. */
  @Override
  public double metric(
      Transformer trained, RunConfig config, StepContext moment, double validLoss) {
    int wanted = config.training().metricSentences();
    List<String> sources = pairs.valid().sources().stream().limit(wanted).toList();
    List<String> references = pairs.valid().targets().stream().limit(wanted).toList();
    LineTranslator translator =
        new LineTranslator(new TrainedModel<>(trained, moment), tokenizer, Search.greedy());
    return new Bleu().score(translator.translate(sources), references).score();
  }

  @Override
  public String description() {
    return "%s: %,d training and %,d held-out pairs%s, %,d and %,d of them cut, vocabulary %,d"
        .formatted(
            pairs.train().name(),
            train.size(),
            valid.size(),
            LanguageModels.testPart(pairs.test().map(PairCorpus::size)),
            train.cutPairs(),
            valid.cutPairs(),
            tokenizer.vocabularySize());
  }
}
