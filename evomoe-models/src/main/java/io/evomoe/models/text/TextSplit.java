package io.evomoe.models.text;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Text to train on and text held out from training.
 *
 * @param train to train on, the tokenizer included
 * @param valid held out
 * @param test held out for a last measurement, where there is such a part
 */
public record TextSplit(TextCorpus train, TextCorpus valid, Optional<TextCorpus> test) {
  /** A split without a test part. */
  public TextSplit(TextCorpus train, TextCorpus valid) {
    this(train, valid, Optional.empty());
  }

  /** Opens a file or folder as {@link TextSides#open} does, with 5% of a file held out. */
  public static TextSplit open(Path path) {
    return open(path, HeldOut.DEFAULT);
  }

  /** The same with what is held out of a file. */
  public static TextSplit open(Path path, HeldOut heldOut) {
    return inMemory(TextSides.open(path, heldOut));
  }

  private static TextSplit inMemory(TextSides sides) {
    return new TextSplit(
        TextCorpus.of(sides.train()),
        TextCorpus.of(sides.valid()),
        sides.test().map(TextCorpus::of));
  }

  /** The texts of both, this one's first, each on the side it was on. */
  public TextSplit join(TextSplit other) {
    Optional<TextCorpus> both =
        test.flatMap(mine -> other.test.map(mine::join)).or(() -> test).or(() -> other.test);
    return new TextSplit(train.join(other.train), valid.join(other.valid), both);
  }

  /** Holds out a share of a corpus for measuring. */
  public static TextSplit of(TextCorpus corpus, double validShare) {
    return of(corpus, HeldOut.DEFAULT.withShares(validShare, 0));
  }

  /**
   * Holds out shares of a corpus, as {@link HeldOut} says. A document that is longer than the share
   * can be cut, if it is more than a hundredth of all: at the end of a line, or between words where
   * no line ends near; then its end is held out. The same corpus gives the same split, in which
   * each side has at least one document.
   *
   * @throws IllegalArgumentException when there is nothing to hold out
   */
  public static TextSplit of(TextCorpus corpus, HeldOut heldOut) {
    return inMemory(DocumentSplit.of(corpus, heldOut));
  }
}
