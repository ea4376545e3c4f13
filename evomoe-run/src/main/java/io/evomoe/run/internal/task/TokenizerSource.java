package io.evomoe.run.internal.task;

import io.evomoe.models.text.BpeTokenizer;
import io.evomoe.models.text.Documents;
import io.evomoe.models.text.SpecialTokens;
import io.evomoe.models.text.TextProgress;
import io.evomoe.models.text.TokenizerFolder;
import java.nio.file.Path;
import java.util.function.Supplier;

/** Where the tokenizer of a run's data comes from. */
@FunctionalInterface
public interface TokenizerSource {

  /**
   * The tokenizer.
   *
   * @param training the training side, to learn from
   * @param vocabulary tokens wanted
   * @param special tokens of the task
   * @param progress told how far it has come
   */
  BpeTokenizer tokenizer(
      Supplier<Documents> training, int vocabulary, SpecialTokens special, TextProgress progress);

  /** A new one, saved in this folder. */
  static TokenizerSource learned(Path folder) {
    return (training, vocabulary, special, progress) ->
        TokenizerFolder.train(training.get(), vocabulary, folder, special, progress);
  }

  /** One that there is. */
  static TokenizerSource of(BpeTokenizer tokenizer) {
    return (training, vocabulary, special, progress) -> tokenizer;
  }
}
