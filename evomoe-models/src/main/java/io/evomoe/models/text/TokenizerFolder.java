package io.evomoe.models.text;

import java.nio.file.Path;

/** Trains and loads the tokenizer in a run's output folder. */
public final class TokenizerFolder {

  /**
   * Maximum number of characters that a vocabulary is learned from. Of a longer text, ranges of
   * about 4096 characters are read, evenly spread. The same text gives the same sample.
   */
  public static final int SAMPLE = TextSample.SIZE;

  private TokenizerFolder() {}

  /** Learns a tokenizer with GPT-2's special token, saves it and loads it back. */
  public static BpeTokenizer train(Documents train, int vocabularySize, Path folder) {
    return train(train, vocabularySize, folder, SpecialTokens.GPT);
  }

  /**
   * Learns a tokenizer, saves it and loads it back.
   *
   * @param train training set, of which {@link #SAMPLE} characters are read; never validation or
   *     test text
   * @param vocabularySize target size, the 256 bytes and the special tokens included; small texts
   *     give fewer tokens
   * @param folder of the tokenizer's files, created if it does not exist
   */
  public static BpeTokenizer train(
      Documents train, int vocabularySize, Path folder, SpecialTokens special) {
    return train(train, vocabularySize, folder, special, TextProgress.NONE);
  }

  /**
   * Learns a tokenizer as {@link #train(Documents, int, Path, SpecialTokens)} does.
   *
   * @param progress called with the progress
   */
  public static BpeTokenizer train(
      Documents train,
      int vocabularySize,
      Path folder,
      SpecialTokens special,
      TextProgress progress) {
    BytePairTrainer.train(train.sample(), vocabularySize, special, progress).save(folder);
    return BpeTokenizer.load(folder);
  }
}
