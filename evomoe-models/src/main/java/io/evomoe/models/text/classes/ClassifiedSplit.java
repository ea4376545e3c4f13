package io.evomoe.models.text.classes;

import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.SplitFolder;
import io.evomoe.models.text.TextSplit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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

  /**
   * Opens a file of classified texts, of which 5% is held out ({@link #of}), or a folder that holds
   * {@code X.train.tsv}, {@code X.valid.tsv} and, if there is one, {@code X.test.tsv}; {@code .gz}
   * allowed.
   */
  public static ClassifiedSplit open(Path path) {
    if (!Files.isDirectory(path)) {
      return of(ClassifiedCorpus.read(path), HeldOut.DEFAULT_SHARE);
    }
    return new ClassifiedSplit(
        ClassifiedCorpus.read(SplitFolder.require(path, "train", "tsv")),
        ClassifiedCorpus.read(SplitFolder.require(path, "valid", "tsv")),
        SplitFolder.find(path, "test", "tsv").map(ClassifiedCorpus::read));
  }

  /**
   * Holds out a share of a corpus, spread evenly over it. Equal texts stay on one side, and the
   * first text of each class stays in training. The same corpus gives the same split.
   *
   * @param validShare share of the text to hold out, in (0, 1)
   * @throws IllegalArgumentException when no class has a second text
   */
  public static ClassifiedSplit of(ClassifiedCorpus corpus, double validShare) {
    List<String> texts = corpus.texts().documents();
    Set<String> valid = HeldOut.choose(texts, validShare, firstOfEachClass(corpus));
    if (valid.isEmpty()) {
      throw new IllegalArgumentException(
          corpus.name() + " has one text a class only, so no part of it can be held out");
    }
    return new ClassifiedSplit(
        part(corpus, "training part of ", valid, false),
        part(corpus, "held-out part of ", valid, true),
        Optional.empty());
  }

  /** The classes. */
  public Labels labels() {
    return train.labels();
  }

  /** The texts without their classes, on the sides they are on. */
  public TextSplit texts() {
    return new TextSplit(train.texts(), valid.texts());
  }

  private static Set<String> firstOfEachClass(ClassifiedCorpus corpus) {
    Set<String> labels = new HashSet<>();
    Set<String> first = new HashSet<>();
    for (ClassifiedText example : corpus.examples()) {
      if (labels.add(example.label())) {
        first.add(example.text());
      }
    }
    return first;
  }

  private static ClassifiedCorpus part(
      ClassifiedCorpus corpus, String prefix, Set<String> valid, boolean heldOut) {
    return new ClassifiedCorpus(
        prefix + corpus.name(),
        corpus.examples().stream()
            .filter(example -> valid.contains(example.text()) == heldOut)
            .toList());
  }
}
