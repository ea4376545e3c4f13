package io.evomoe.models.text.classes;

import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.TextSplit;
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
 * Classified texts to train on and others held out from training.
 *
 * @param train to train on; its labels are the classes
 * @param valid held out
 * @param test held out for a last measurement, where there is such a part
 */
public record ClassifiedSplit(
    ClassifiedCorpus train, ClassifiedCorpus valid, Optional<ClassifiedCorpus> test) {

  /** Refuses a held-out label that training does not have; the message names label and line. */
  public ClassifiedSplit {
    Labels known = train.labels();
    valid.labelIds(known);
    test.ifPresent(texts -> texts.labelIds(known));
  }

  /** The same as {@link #open(Path, HeldOut, DataForm, Consumer)}, with 5% held out. */
  public static ClassifiedSplit open(Path path) {
    return open(path, HeldOut.DEFAULT);
  }

  /** The same with what is held out of a file. */
  public static ClassifiedSplit open(Path path, HeldOut heldOut) {
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
  public static ClassifiedSplit open(
      Path path, HeldOut heldOut, DataForm form, Consumer<String> said) {
    if (!SplitFolder.isOne(path)) {
      return of(ClassifiedCorpus.read(DataSource.of(path, RecordKind.CLASS, form), said), heldOut);
    }
    heldOut.requireUnasked(path);
    SplitFolder folder = SplitFolder.of(path, RecordKind.CLASS);
    Function<Path, ClassifiedCorpus> read =
        file -> ClassifiedCorpus.read(DataSource.file(file, RecordKind.CLASS, form), said);
    return new ClassifiedSplit(
        read.apply(folder.require("train")),
        read.apply(folder.require("valid")),
        folder.find("test").map(read));
  }

  /** The texts of both, this one's first, each on the side it was on. */
  public ClassifiedSplit join(ClassifiedSplit other) {
    Optional<ClassifiedCorpus> both =
        test.flatMap(mine -> other.test.map(mine::join)).or(() -> test).or(() -> other.test);
    return new ClassifiedSplit(train.join(other.train), valid.join(other.valid), both);
  }

  /** Holds out a share of a corpus for measuring. */
  public static ClassifiedSplit of(ClassifiedCorpus corpus, double validShare) {
    return of(corpus, HeldOut.DEFAULT.withShares(validShare, 0));
  }

  /**
   * Holds out shares of a corpus, as {@link HeldOut} says, of each class by itself. Equal texts
   * stay on one side, and one text of each class in training. A class of which the share comes to
   * two texts is on the held-out side as well. The same corpus gives the same split.
   *
   * @throws IllegalArgumentException when there are too few texts for each side to have one
   */
  public static ClassifiedSplit of(ClassifiedCorpus corpus, HeldOut heldOut) {
    HeldOut.Sides sides =
        heldOut.divide(
            corpus.examples().stream()
                .map(example -> HeldOut.Unit.of(example.text(), example.label(), example.text()))
                .toList());
    if (sides.valid().isEmpty()) {
      throw new IllegalArgumentException(
          corpus.name() + " has one text a class only, so no part of it can be held out");
    }
    if (sides.test().isEmpty() && heldOut.testShare() > 0) {
      throw new IllegalArgumentException(
          corpus.name() + " has too few texts a class, none to spare for a test part");
    }
    return new ClassifiedSplit(
        part(corpus, "training part of ", sides::isTrain),
        part(corpus, "held-out part of ", sides.valid()::contains),
        heldOut.testShare() == 0
            ? Optional.empty()
            : Optional.of(part(corpus, "test part of ", sides.test()::contains)));
  }

  /** The classes. */
  public Labels labels() {
    return train.labels();
  }

  /** The texts without their classes, on the sides they are on. */
  public TextSplit texts() {
    return new TextSplit(train.texts(), valid.texts(), test.map(ClassifiedCorpus::texts));
  }

  private static ClassifiedCorpus part(
      ClassifiedCorpus corpus, String prefix, Predicate<String> side) {
    return new ClassifiedCorpus(
        prefix + corpus.name(),
        corpus.examples().stream().filter(example -> side.test(example.text())).toList());
  }
}
