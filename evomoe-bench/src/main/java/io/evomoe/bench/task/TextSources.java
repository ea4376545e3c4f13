package io.evomoe.bench.task;

import io.evomoe.models.text.SplitFolder;
import io.evomoe.models.text.TextCorpus;
import io.evomoe.models.text.TextSplit;
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

  /** Training and held-out text of all sources, at least one. */
  static TextSplit open(List<Path> data) {
    return data.stream().map(TextSources::open).reduce(TextSplit::join).orElseThrow();
  }

  /**
   * One part of all sources.
   *
   * @param part {@code train}, {@code valid} or {@code test}
   */
  static TextCorpus part(List<Path> data, String part) {
    return data.stream().map(source -> part(source, part)).reduce(TextCorpus::join).orElseThrow();
  }

  /** All of a file. */
  static TextCorpus whole(Path file) {
    return isClassified(file) ? ClassifiedCorpus.read(file).texts() : TextCorpus.read(file);
  }

  private static TextSplit open(Path source) {
    return isClassified(source) ? ClassifiedSplit.open(source).texts() : TextSplit.open(source);
  }

  private static TextCorpus part(Path source, String part) {
    return switch (part) {
      case "train" -> open(source).train();
      case "valid" -> open(source).valid();
      default -> file(source, part);
    };
  }

  private static TextCorpus file(Path source, String part) {
    if (!Files.isDirectory(source)) {
      throw new IllegalArgumentException(
          "split must be train or valid where the data is one file, was %s, and %s is a file"
              .formatted(part, source));
    }
    return whole(SplitFolder.require(source, part, isClassified(source) ? CLASSIFIED : TEXT));
  }

  private static boolean isClassified(Path source) {
    return Files.isDirectory(source)
        ? SplitFolder.find(source, "train", CLASSIFIED).isPresent()
        : source.toString().matches(".*\\.tsv(\\.gz)?");
  }
}
