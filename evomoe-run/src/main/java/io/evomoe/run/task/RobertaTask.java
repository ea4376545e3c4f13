package io.evomoe.run.task;

import io.evomoe.kernel.Activation;
import io.evomoe.models.roberta.Roberta;
import io.evomoe.models.roberta.RobertaConfig;
import io.evomoe.models.stack.StackSize;
import io.evomoe.models.text.EvaluationShare;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.models.text.MaskedBatches;
import io.evomoe.models.text.TextProgress;
import io.evomoe.models.text.TextSplit;
import io.evomoe.models.text.TokenStream;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.run.config.RunConfig;
import io.evomoe.step.StepContext;
import io.evomoe.training.TrainingData;
import java.util.Optional;
import java.util.OptionalLong;

/** Masked language modelling on text, with a tokenizer of its own. */
public final class RobertaTask implements Task<LanguageBatch, Roberta> {
  private final TextSplit text;
  private final Tokenizer tokenizer;
  private final TokenStream train;
  private final TokenStream valid;

  /**
   * Encodes both sides of a text.
   *
   * @param tokenizer with {@link io.evomoe.models.text.SpecialTokens#ROBERTA}
   */
  public RobertaTask(TextSplit text, Tokenizer tokenizer) {
    this(text, tokenizer, TextProgress.NONE);
  }

  /**
   * Encodes both sides of a text.
   *
   * @param progress told how far it has come
   */
  public RobertaTask(TextSplit text, Tokenizer tokenizer, TextProgress progress) {
    this.text = text;
    this.tokenizer = tokenizer;
    this.train = TokenStream.of(text.train(), tokenizer, progress);
    this.valid = TokenStream.of(text.valid(), tokenizer, progress);
  }

  @Override
  public Roberta model(RunConfig config) {
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
  static Roberta model(RunConfig config, int tokens, TrainingFacts facts) {
    return new Roberta(
        new RobertaConfig(config.embedding(tokens), stack(config)),
        config.provider(),
        config.options(),
        facts,
        config.seed(),
        config.kernels());
  }

  static StackSize stack(RunConfig config) {
    return config.stack(Activation.GELU);
  }

  @Override
  public TrainingData<LanguageBatch> data(RunConfig config) {
    MaskedBatches heldOut = batches(valid, config);
    return new TrainingData<>(
        batches(train, config), heldOut.evaluationBatches(config.training().evalBatches()));
  }

  @Override
  public EvaluationShare heldOut(RunConfig config) {
    return batches(valid, config).evaluationShare(config.training().evalBatches());
  }

  private MaskedBatches batches(TokenStream stream, RunConfig config) {
    return new MaskedBatches(
        stream, tokenizer, config.model().sequence(), config.training().batch(), config.seed());
  }

  @Override
  public int vocabulary() {
    return tokenizer.vocabularySize();
  }

  @Override
  public String metricName() {
    return "perplexity";
  }

  @Override
  public double metric(Roberta trained, RunConfig config, StepContext moment, double validLoss) {
    return Math.exp(validLoss);
  }

  @Override
  public String description() {
    return "%s: %,d training and %,d held-out tokens, 15%% of them masked, of %s, vocabulary %,d"
        .formatted(
            text.train().name(),
            train.size(),
            valid.size(),
            LanguageModels.documents(text),
            tokenizer.vocabularySize());
  }
}
