package io.evomoe.run.internal.task;

import io.evomoe.models.text.Documents;
import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.SplitFolder;
import io.evomoe.models.text.TextSides;
import io.evomoe.models.text.classes.ClassifiedCorpus;
import io.evomoe.models.text.classes.ClassifiedSplit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Running text from files and folders, one after another. Of classified texts ({@code .tsv}) it is
 * the text without the classes, each a document.
 */
final class TextSources {
  private static final String TEXT = "txt";
  private static final String CLASSIFIED = "tsv";

  private TextSources() {}

  /**
   * Training and held-out text of all sources, at least one.
   *
   * @param heldOut how a file is divided; a folder has its split
   * @throws IllegalArgumentException as well where there is no file and anything but a default
   */
  static TextSides open(List<Path> data, HeldOut heldOut) {
    if (data.stream().allMatch(Files::isDirectory)) {
      heldOut.requireUnasked(data);
    }
    return data.stream().map(source -> open(source, heldOut)).reduce(TextSides::join).orElseThrow();
  }

  /**
   * One part of all sources.
   *
   * @param part {@code train}, {@code valid} or {@code test}
   * @param heldOut how a file is divided; a folder has its split
   */
  static Documents part(List<Path> data, String part, HeldOut heldOut) {
    return data.stream()
        .map(source -> part(source, part, heldOut))
        .reduce(TextSides::join)
        .orElseThrow();
  }

  /** All of a file. */
  static Documents whole(Path file) {
    return isClassified(file) ? ClassifiedCorpus.read(file).texts() : TextSides.whole(file);
  }

  private static TextSides open(Path source, HeldOut ofFiles) {
    HeldOut heldOut = Files.isDirectory(source) ? HeldOut.DEFAULT : ofFiles;
    return isClassified(source)
        ? TextSides.of(ClassifiedSplit.open(source, heldOut).texts())
        : TextSides.open(source, heldOut);
  }

  private static Documents part(Path source, String part, HeldOut heldOut) {
    if (Files.isDirectory(source)) {
      return whole(SplitFolder.require(source, part, isClassified(source) ? CLASSIFIED : TEXT));
    }
    TextSides split = open(source, heldOut);
    return switch (part) {
      case "train" -> split.train();
      case "valid" -> split.valid();
      default ->
          split
              .test()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "split must be train or valid where %s is a file and testShare 0, was %s"
                              .formatted(source, part)));
    };
  }

  private static boolean isClassified(Path source) {
    return Files.isDirectory(source)
        ? SplitFolder.find(source, "train", CLASSIFIED).isPresent()
        : source.toString().matches(".*\\.tsv(\\.gz)?");
  }
}
