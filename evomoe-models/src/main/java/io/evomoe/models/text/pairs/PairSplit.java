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
 * Pairs to train on and pairs held out from training.
 *
 * @param train to train on, the tokenizer included
 * @param valid held out
 * @param test held out for a last measurement, where there is such a part
 */
public record PairSplit(PairCorpus train, PairCorpus valid, Optional<PairCorpus> test) {

  /** The same as {@link #open(Path, HeldOut, DataForm, Consumer)}, with 5% held out. */
  public static PairSplit open(Path path) {
    return open(path, HeldOut.DEFAULT);
  }

  /** The same with what is held out of a file. */
  public static PairSplit open(Path path, HeldOut heldOut) {
    return open(path, heldOut, DataForm.DEFAULT, note -> {});
  }

  /**
   * Opens a file or a folder, of which a part is held out ({@link #of}), or a folder that has a
   * split of its own ({@link SplitFolder}).
   *
   * @param form how files are read
   * @param said told, a line a file or folder, what it was taken for
   * @throws IllegalArgumentException as well when a folder that has its split is given with
   *     anything but a default
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

  /** The pairs of both, this one's first, each on the side it was on. */
  public PairSplit join(PairSplit other) {
    Optional<PairCorpus> both =
        test.flatMap(mine -> other.test.map(mine::join)).or(() -> test).or(() -> other.test);
    return new PairSplit(train.join(other.train), valid.join(other.valid), both);
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
