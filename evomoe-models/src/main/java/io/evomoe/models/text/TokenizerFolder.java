package io.evomoe.models.text;

import java.nio.file.Path;

/** The tokenizer that a training run keeps in its output folder. */
public final class TokenizerFolder {

  private TokenizerFolder() {}

  /** Learns a tokenizer with GPT-2's special token, saves it and loads it back. */
  public static BpeTokenizer train(TextCorpus train, int vocabularySize, Path folder) {
    return train(train, vocabularySize, folder, SpecialTokens.GPT);
  }

  /**
   * Learns a tokenizer, saves it and loads it back.
   *
   * @param train text to learn from: the training part only, never held-out text
   * @param vocabularySize tokens wanted, the 256 bytes and the special tokens included; small texts
   *     give fewer
   * @param folder for the tokenizer's files, made when it does not exist
   */
  public static BpeTokenizer train(
      TextCorpus train, int vocabularySize, Path folder, SpecialTokens special) {
    return train(train, vocabularySize, folder, special, TextProgress.NONE);
  }

  /**
   * Learns a tokenizer as {@link #train(TextCorpus, int, Path, SpecialTokens)} does.
   *
   * @param progress told how far it has come
   */
  public static BpeTokenizer train(
      TextCorpus train,
      int vocabularySize,
      Path folder,
      SpecialTokens special,
      TextProgress progress) {
    BytePairTrainer.train(train.documents(), vocabularySize, special, progress).save(folder);
    return BpeTokenizer.load(folder);
  }
}
