package io.evomoe.models.text;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Texts for training, validation and test.
 *
 * @param train training set, also used to train the tokenizer
 * @param valid validation set
 * @param test test set, if there is one
 */
public record TextSplit(TextCorpus train, TextCorpus valid, Optional<TextCorpus> test) {
  /** Creates a split without a test set. */
  public TextSplit(TextCorpus train, TextCorpus valid) {
    this(train, valid, Optional.empty());
  }

  /** Opens a file or folder as {@link TextSides#open} does, with 5% of a file for validation. */
  public static TextSplit open(Path path) {
    return open(path, HeldOut.DEFAULT);
  }

  /** Opens a file or folder with another rule to divide a file. */
  public static TextSplit open(Path path, HeldOut heldOut) {
    return inMemory(TextSides.open(path, heldOut));
  }

  private static TextSplit inMemory(TextSides sides) {
    return new TextSplit(
        TextCorpus.of(sides.train()),
        TextCorpus.of(sides.valid()),
        sides.test().map(TextCorpus::of));
  }

  /** Joins both set by set, with this one's texts first. */
  public TextSplit join(TextSplit other) {
    Optional<TextCorpus> both =
        test.flatMap(mine -> other.test.map(mine::join)).or(() -> test).or(() -> other.test);
    return new TextSplit(train.join(other.train), valid.join(other.valid), both);
  }

  /** Divides a corpus into a training and a validation set. */
  public static TextSplit of(TextCorpus corpus, double validShare) {
    return of(corpus, HeldOut.DEFAULT.withShares(validShare, 0));
  }

  /**
   * Divides a corpus by {@link HeldOut}. A document can be cut if it is longer than the share and
   * more than a hundredth of all text. It is cut at the end of a line, or between words if no line
   * ends near; its end leaves the training set. The same corpus gives the same split, and each set
   * has at least one document.
   *
   * @throws IllegalArgumentException if there is too little text to divide
   */
  public static TextSplit of(TextCorpus corpus, HeldOut heldOut) {
    return inMemory(DocumentSplit.of(corpus, heldOut));
  }
}
