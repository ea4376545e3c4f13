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
 * Classified texts for training, validation and test.
 *
 * @param train training set; its labels are the classes
 * @param valid validation set
 * @param test test set, if there is one
 */
public record ClassifiedSplit(
    ClassifiedCorpus train, ClassifiedCorpus valid, Optional<ClassifiedCorpus> test) {

  /** Rejects a label that the training set does not have; the message names label and line. */
  public ClassifiedSplit {
    Labels known = train.labels();
    valid.labelIds(known);
    test.ifPresent(texts -> texts.labelIds(known));
  }

  /**
   * Opens a path as {@link #open(Path, HeldOut, DataForm, Consumer)} does, with 5% for validation.
   */
  public static ClassifiedSplit open(Path path) {
    return open(path, HeldOut.DEFAULT);
  }

  /** Opens a path with another rule to divide a file. */
  public static ClassifiedSplit open(Path path, HeldOut heldOut) {
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

  /** Joins both set by set, with this one's texts first. */
  public ClassifiedSplit join(ClassifiedSplit other) {
    Optional<ClassifiedCorpus> both =
        test.flatMap(mine -> other.test.map(mine::join)).or(() -> test).or(() -> other.test);
    return new ClassifiedSplit(train.join(other.train), valid.join(other.valid), both);
  }

  /** Divides a corpus into a training and a validation set. */
  public static ClassifiedSplit of(ClassifiedCorpus corpus, double validShare) {
    return of(corpus, HeldOut.DEFAULT.withShares(validShare, 0));
  }

  /**
   * Divides a corpus by {@link HeldOut}, each class separately. Equal texts are in the same set,
   * and one text of each class stays in training. A class whose share is at least two texts is in
   * the other set as well. The same corpus gives the same split.
   *
   * @throws IllegalArgumentException if there are too few texts for each set to have one
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
        part(corpus, "validation part of ", sides.valid()::contains),
        heldOut.testShare() == 0
            ? Optional.empty()
            : Optional.of(part(corpus, "test part of ", sides.test()::contains)));
  }

  /** Returns the classes. */
  public Labels labels() {
    return train.labels();
  }

  /** Returns the texts without their classes, in the same sets. */
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
