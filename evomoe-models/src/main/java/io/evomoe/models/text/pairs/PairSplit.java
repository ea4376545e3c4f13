package io.evomoe.models.text.pairs;

import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.SplitFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Pairs to train on and pairs held out from training.
 *
 * @param train to train on, the tokenizer included
 * @param valid held out
 * @param test held out for a last measurement, where there is such a part
 */
public record PairSplit(PairCorpus train, PairCorpus valid, Optional<PairCorpus> test) {

  /**
   * Opens a pair file, of which 5% is held out ({@link #of}), or a folder that holds {@code
   * X.train.tsv}, {@code X.valid.tsv} and, if there is one, {@code X.test.tsv}; {@code .gz}
   * allowed.
   */
  public static PairSplit open(Path path) {
    return open(path, HeldOut.DEFAULT);
  }

  /**
   * The same with what is held out of a file.
   *
   * @throws IllegalArgumentException as well when a folder, which has its split, is given with
   *     anything but a default
   */
  public static PairSplit open(Path path, HeldOut heldOut) {
    if (!Files.isDirectory(path)) {
      return of(PairCorpus.read(path), heldOut);
    }
    heldOut.requireUnasked(path);
    return new PairSplit(
        PairCorpus.read(SplitFolder.require(path, "train", "tsv")),
        PairCorpus.read(SplitFolder.require(path, "valid", "tsv")),
        SplitFolder.find(path, "test", "tsv").map(PairCorpus::read));
  }

  /** Holds out a share of a corpus for measuring. */
  public static PairSplit of(PairCorpus corpus, double validShare) {
    return of(corpus, HeldOut.DEFAULT.withShares(validShare, 0));
  }

  /**
   * Holds out shares of a corpus, as {@link HeldOut} says; pairs with equal sources stay on one
   * side. The same corpus gives the same split.
   *
   * @throws IllegalArgumentException when there are too few sources for each side to have one
   */
  public static PairSplit of(PairCorpus corpus, HeldOut heldOut) {
    HeldOut.Sides sides =
        heldOut.divide(
            corpus.pairs().stream()
                .map(
                    pair -> HeldOut.Unit.of(pair.source(), "", pair.source() + " " + pair.target()))
                .toList());
    if (sides.valid().isEmpty()) {
      throw new IllegalArgumentException(
          corpus.name() + " has one source sentence only, so no part of it can be held out");
    }
    if (sides.test().isEmpty() && heldOut.testShare() > 0) {
      throw new IllegalArgumentException(
          corpus.name() + " has two source sentences only, none to spare for a test part");
    }
    return new PairSplit(
        part(corpus, "training part of ", sides::isTrain),
        part(corpus, "held-out part of ", sides.valid()::contains),
        heldOut.testShare() == 0
            ? Optional.empty()
            : Optional.of(part(corpus, "test part of ", sides.test()::contains)));
  }

  private static PairCorpus part(PairCorpus corpus, String prefix, Predicate<String> side) {
    return new PairCorpus(
        prefix + corpus.name(),
        corpus.pairs().stream().filter(pair -> side.test(pair.source())).toList());
  }
}
