package io.evomoe.models.text;

import java.nio.file.Path;

/** The tokenizer that a training run keeps in its output folder. */
public final class TokenizerFolder {

  private TokenizerFolder() {}

  /**
   * Learns a tokenizer, saves it and loads it back.
   *
   * @param train text to learn from: the training part only, never held-out text
   * @param vocabularySize tokens wanted, at least 257; small texts give fewer
   * @param folder for the tokenizer's files, made when it does not exist
   */
  public static BpeTokenizer train(TextCorpus train, int vocabularySize, Path folder) {
    BytePairTrainer.train(train.documents(), vocabularySize).save(folder);
    return BpeTokenizer.load(folder);
  }
}
