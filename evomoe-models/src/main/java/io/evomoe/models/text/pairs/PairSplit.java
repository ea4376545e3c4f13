package io.evomoe.models.text.pairs;

import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.DataSource;
import io.evomoe.models.text.source.RecordKind;
import io.evomoe.models.text.source.SplitFolder;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Pairs for training, validation and test.
 *
 * @param train training set, also used to train the tokenizer
 * @param valid validation set
 * @param test test set, if there is one
 */
public record PairSplit(PairCorpus train, PairCorpus valid, Optional<PairCorpus> test) {

  /**
   * Opens a path as {@link #open(Path, HeldOut, DataForm, Consumer)} does, with 5% for validation.
   */
  public static PairSplit open(Path path) {
    return open(path, HeldOut.DEFAULT);
  }

  /** Opens a path with another rule to divide a file. */
  public static PairSplit open(Path path, HeldOut heldOut) {
    return open(path, heldOut, DataForm.DEFAULT, note -> {});
  }

  /**
   * Opens a file or folder and divides it ({@link #of}), or a folder that has a split of its own
   * ({@link SplitFolder}).
   *
   * @param form format of the files
   * @param said receives one line for each file or folder with the detected format
   * @throws IllegalArgumentException as well if a folder with its own split is combined with a
   *     non-default {@code heldOut}
   */
  public static PairSplit open(Path path, HeldOut heldOut, DataForm form, Consumer<String> said) {
    if (!SplitFolder.isOne(path)) {
      return of(PairCorpus.read(DataSource.of(path, RecordKind.PAIR, form), said), heldOut);
    }
    heldOut.requireUnasked(path);
    SplitFolder folder = SplitFolder.of(path, RecordKind.PAIR);
    Function<Path, PairCorpus> read =
        file -> PairCorpus.read(DataSource.file(file, RecordKind.PAIR, form), said);
    return new PairSplit(
        read.apply(folder.require("train")),
        read.apply(folder.require("valid")),
        folder.find("test").map(read));
  }

  /** Joins both set by set, with this one's pairs first. */
  public PairSplit join(PairSplit other) {
    Optional<PairCorpus> both =
        test.flatMap(mine -> other.test.map(mine::join)).or(() -> test).or(() -> other.test);
    return new PairSplit(train.join(other.train), valid.join(other.valid), both);
  }

  /** Divides a corpus into a training and a validation set. */
  public static PairSplit of(PairCorpus corpus, double validShare) {
    return of(corpus, HeldOut.DEFAULT.withShares(validShare, 0));
  }

  /**
   * Divides a corpus by {@link HeldOut}; pairs with equal sources are in the same set. The same
   * corpus gives the same split.
   *
   * @throws IllegalArgumentException if there are too few sources for each set to have one
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
        part(corpus, "validation part of ", sides.valid()::contains),
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
