package io.evomoe.run.task;

import io.evomoe.models.text.BpeTokenizer;
import io.evomoe.models.text.Documents;
import io.evomoe.models.text.SpecialTokens;
import io.evomoe.models.text.TextProgress;
import io.evomoe.models.text.Tokenizer;
import java.nio.file.Path;
import java.util.function.Supplier;

/** Provides the tokenizer of a run's data. */
@FunctionalInterface
public interface TokenizerSource {

  /**
   * Returns the tokenizer.
   *
   * @param training training set, to learn from
   * @param vocabulary requested number of tokens
   * @param special tokens of the task
   * @param progress called with the progress
   */
  Tokenizer tokenizer(
      Supplier<Documents> training, int vocabulary, SpecialTokens special, TextProgress progress);

  /** Trains a new one and saves it in this folder. */
  static TokenizerSource learned(Path folder) {
    return (training, vocabulary, special, progress) ->
        BpeTokenizer.train(training.get(), vocabulary, folder, special, progress);
  }

  /** Uses an existing one. */
  static TokenizerSource of(Tokenizer tokenizer) {
    return (training, vocabulary, special, progress) -> tokenizer;
  }
}
