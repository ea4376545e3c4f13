package io.evomoe.models.text;

import java.nio.file.Path;

/** The tokenizer that a training run keeps in its output folder. */
public final class TokenizerFolder {

  /**
   * Characters that a vocabulary is learned from. Of a longer text it is a sample: 4096 stretches
   * of about 4096 characters, evenly spread. The same text gives the same sample.
   */
  public static final int SAMPLE = TextSample.STRETCHES * TextSample.STRETCH;

  private TokenizerFolder() {}

  /** Learns a tokenizer with GPT-2's special token, saves it and loads it back. */
  public static BpeTokenizer train(Documents train, int vocabularySize, Path folder) {
    return train(train, vocabularySize, folder, SpecialTokens.GPT);
  }

  /**
   * Learns a tokenizer, saves it and loads it back.
   *
   * @param train text to learn from, of which {@link #SAMPLE} characters are read: the training
   *     part only, never held-out text
   * @param vocabularySize tokens wanted, the 256 bytes and the special tokens included; small texts
   *     give fewer
   * @param folder for the tokenizer's files, made when it does not exist
   */
  public static BpeTokenizer train(
      Documents train, int vocabularySize, Path folder, SpecialTokens special) {
    return train(train, vocabularySize, folder, special, TextProgress.NONE);
  }

  /**
   * Learns a tokenizer as {@link #train(Documents, int, Path, SpecialTokens)} does.
   *
   * @param progress told how far it has come
   */
  public static BpeTokenizer train(
      Documents train,
      int vocabularySize,
      Path folder,
      SpecialTokens special,
      TextProgress progress) {
    Iterable<String> sample = TextSample.of(train, SAMPLE);
    BytePairTrainer.train(sample, vocabularySize, special, progress).save(folder);
    return BpeTokenizer.load(folder);
  }
}
