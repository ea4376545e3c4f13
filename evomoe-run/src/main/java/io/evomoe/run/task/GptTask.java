package io.evomoe.run.task;

import io.evomoe.kernel.Activation;
import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.gpt.GptConfig;
import io.evomoe.models.stack.EmbeddingSize;
import io.evomoe.models.stack.StackSize;
import io.evomoe.models.text.EvaluationShare;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.models.text.PackedBatches;
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

/** Causal language modelling on text, with a tokenizer of its own. */
public final class GptTask implements Task<LanguageBatch, Gpt> {
  private final TextSplit text;
  private final Tokenizer tokenizer;
  private final TokenStream train;
  private final TokenStream valid;

  /** Encodes both sides of a text. */
  public GptTask(TextSplit text, Tokenizer tokenizer) {
    this(text, tokenizer, TextProgress.NONE);
  }

  /**
   * Encodes both sides of a text.
   *
   * @param progress told how far it has come
   */
  public GptTask(TextSplit text, Tokenizer tokenizer, TextProgress progress) {
    this.text = text;
    this.tokenizer = tokenizer;
    this.train = TokenStream.of(text.train(), tokenizer, progress);
    this.valid = TokenStream.of(text.valid(), tokenizer, progress);
  }

  @Override
  public Gpt model(RunConfig config) {
    OptionalLong steps = OptionalLong.of(config.training().steps());
    return model(
        config,
        vocabulary(),
        new TrainingFacts(steps, Optional.of(train.frequencies(rows(config)))));
  }

  private int rows(RunConfig config) {
    return config.embedding(vocabulary()).vocabulary();
  }

  /**
   * A model of a run before its first step, on the selected kernels.
   *
   * @param tokens that the tokenizer has
   */
  static Gpt model(RunConfig config, int tokens, TrainingFacts facts) {
    EmbeddingSize embedding = config.embedding(tokens);
    return new Gpt(
        new GptConfig(embedding.vocabulary(), embedding.positions(), stack(config)),
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
    return new TrainingData<>(
        batches(train, config),
        batches(valid, config).evaluationBatches(config.training().evalBatches()));
  }

  @Override
  public EvaluationShare heldOut(RunConfig config) {
    return batches(valid, config).evaluationShare(config.training().evalBatches());
  }

  /** Sequences of text that follow each other. */
  static PackedBatches batches(TokenStream stream, RunConfig config) {
    return new PackedBatches(
        stream, config.model().sequence(), config.training().batch(), config.seed());
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
  public double metric(Gpt trained, RunConfig config, StepContext moment, double validLoss) {
    return Math.exp(validLoss);
  }

  @Override
  public String description() {
    return "%s: %,d training and %,d held-out tokens of %s, vocabulary %,d"
        .formatted(
            text.train().name(),
            train.size(),
            valid.size(),
            LanguageModels.documents(text),
            tokenizer.vocabularySize());
  }
}
