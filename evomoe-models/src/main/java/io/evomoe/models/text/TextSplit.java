package io.evomoe.models.text;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Text to train on and text held out from training.
 *
 * @param train to train on, the tokenizer included
 * @param valid held out
 */
public record TextSplit(TextCorpus train, TextCorpus valid) {
  /** Share of the text that is held out when a single file is given. */
  public static final double DEFAULT_VALID_SHARE = HeldOut.DEFAULT_SHARE;

  /**
   * Opens a text file, of which 5% is held out ({@link #of}), or a folder that holds {@code
   * X.train.txt} and {@code X.valid.txt}, {@code .gz} allowed.
   *
   * @throws IllegalArgumentException when there is no such text, in one sentence that names the
   *     path
   */
  public static TextSplit open(Path path) {
    return Files.isDirectory(path)
        ? new TextSplit(part(path, "train"), part(path, "valid"))
        : of(TextCorpus.read(path), DEFAULT_VALID_SHARE);
  }

  /** The texts of both, this one's first, each on the side it was on. */
  public TextSplit join(TextSplit other) {
    return new TextSplit(train.join(other.train), valid.join(other.valid));
  }

  private static TextCorpus part(Path folder, String part) {
    return TextCorpus.read(SplitFolder.require(folder, part, "txt"));
  }

  /**
   * Holds out a share of a corpus, by documents spread evenly over it; equal documents stay on one
   * side. When all documents are equal, each is cut at a white space. The same corpus gives the
   * same split.
   *
   * @param validShare share of the text to hold out, in (0, 1); each side gets at least one
   *     document, so a corpus of few documents can be far from it
   */
  public static TextSplit of(TextCorpus corpus, double validShare) {
    HeldOut.requireShare(validShare);
    return corpus.documents().stream().distinct().count() == 1
        ? DocumentSplit.byWords(corpus, validShare)
        : DocumentSplit.byDocuments(corpus, validShare);
  }
}
