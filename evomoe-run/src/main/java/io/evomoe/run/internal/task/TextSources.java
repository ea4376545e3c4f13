package io.evomoe.run.internal.task;

import io.evomoe.models.text.Documents;
import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.TextSides;
import io.evomoe.models.text.classes.ClassifiedSplit;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.DataSource;
import io.evomoe.models.text.source.RecordKind;
import io.evomoe.models.text.source.SplitFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * Running text from files and folders, one after another. Of classified texts it is the text
 * without the classes, each a document.
 *
 * @param heldOut how what has no split of its own is divided
 * @param form how files are read
 * @param said told, a line a file or folder, what it was taken for
 */
record TextSources(HeldOut heldOut, DataForm form, Consumer<String> said) {

  /**
   * Training and held-out text of all sources.
   *
   * @param data at least one file or folder
   * @throws IllegalArgumentException as well where all have a split and anything but a default is
   *     asked for
   */
  TextSides open(List<Path> data) {
    if (data.stream().allMatch(SplitFolder::isOne)) {
      heldOut.requireUnasked(data);
    }
    return data.stream().map(this::open).reduce(TextSides::join).orElseThrow();
  }

  /**
   * One part of all sources.
   *
   * @param part {@code train}, {@code valid} or {@code test}
   */
  Documents part(List<Path> data, String part) {
    return data.stream().map(source -> part(source, part)).reduce(TextSides::join).orElseThrow();
  }

  /** All of a file or folder; of a folder that has its split, one part. */
  Documents whole(Path data, String part) {
    return SplitFolder.isOne(data) ? part(data, part) : TextSides.whole(data, form, said);
  }

  private TextSides open(Path source) {
    if (SplitFolder.isOne(source)) {
      return TextSides.open(source, HeldOut.DEFAULT, form, said);
    }
    // Each class is divided by itself.
    return DataSource.isOfUnnamedColumns(source, form)
        ? TextSides.of(ClassifiedSplit.open(source, heldOut, form, said).texts())
        : TextSides.open(source, heldOut, form, said);
  }

  private Documents part(Path source, String part) {
    if (SplitFolder.isOne(source)) {
      Path file = SplitFolder.of(source, RecordKind.DOCUMENT).require(part);
      return TextSides.whole(file, form, said);
    }
    TextSides split = open(source);
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
}
