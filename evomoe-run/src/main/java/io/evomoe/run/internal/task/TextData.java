package io.evomoe.run.internal.task;

import io.evomoe.models.text.CorpusBatches;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.models.text.TextProgress;
import io.evomoe.models.text.TextSplit;
import io.evomoe.models.text.TokenStream;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.moe.TokenFrequencies;
import io.evomoe.run.config.RunConfig;
import io.evomoe.training.Model;

/**
 * A text for language modelling.
 *
 * @param <M> a model
 */
final class TextData<M extends Model<LanguageBatch>> extends TaskData<LanguageBatch, M> {
  private final LanguageObjective objective;
  private final TextSplit text;
  private final TokenStream train;
  private final TokenStream valid;

  /**
   * Encodes both sides of a text.
   *
   * @param tokenizer with the special tokens of the task's objective
   * @param progress told how far it has come
   */
  TextData(TextTask<M> task, TextSplit text, Tokenizer tokenizer, TextProgress progress) {
    super(task, tokenizer);
    this.objective = task.objective();
    this.text = text;
    this.train = TokenStream.of(text.train(), tokenizer, progress);
    this.valid = TokenStream.of(text.valid(), tokenizer, progress);
  }

  @Override
  protected CorpusBatches<LanguageBatch> training(RunConfig config) {
    return objective.batches(train, tokenizer(), config);
  }

  @Override
  protected CorpusBatches<LanguageBatch> measured(RunConfig config) {
    return objective.batches(valid, tokenizer(), config);
  }

  @Override
  protected TokenFrequencies frequencies(int vocabulary) {
    return train.frequencies(vocabulary);
  }

  @Override
  public String description() {
    return "%s: %,d training and %,d held-out tokens%s of %,d and %,d documents%s, vocabulary %,d"
        .formatted(
            text.train().name(),
            train.size(),
            valid.size(),
            objective.remark(),
            text.train().documents().size(),
            text.valid().documents().size(),
            testPart(text.test().map(side -> side.documents().size())),
            vocabulary());
  }
}
