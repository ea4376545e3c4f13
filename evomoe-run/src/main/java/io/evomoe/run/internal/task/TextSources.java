package io.evomoe.run.internal.task;

import io.evomoe.models.text.Documents;
import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.TextSides;
import io.evomoe.models.text.classes.ClassifiedSplit;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.DataSource;
import io.evomoe.models.text.source.RecordKind;
import io.evomoe.models.text.source.SplitFolder;
import io.evomoe.run.data.Dataset;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Plain text from files and folders, one after another. Classified texts become documents without
 * their classes.
 *
 * @param heldOut how data without a split of its own is divided
 * @param form format of the files
 * @param said receives one line for each file or folder with the detected format
 */
record TextSources(HeldOut heldOut, DataForm form, Consumer<String> said) {

  /**
   * Opens training and validation text of all sources.
   *
   * @throws IllegalArgumentException as well if all have a split and {@code heldOut} is not a
   *     default
   */
  TextSides open(Dataset all) {
    List<Path> data = all.paths();
    if (data.isEmpty()) {
      return own(all);
    }
    return Parts.joined(data, heldOut, this::open, TextSides::join);
  }

  private TextSides own(Dataset data) {
    Documents all = new RowDocuments(data);
    return data.validation()
        .map(valid -> new TextSides(all, new RowDocuments(valid), Optional.empty()))
        .orElseGet(() -> TextSides.of(all, heldOut));
  }

  /**
   * Returns one part of all sources.
   *
   * @param part {@code train}, {@code valid} or {@code test}
   */
  Documents part(Dataset all, String part) {
    List<Path> data = all.paths();
    if (data.isEmpty()) {
      return part(own(all), part, all.name());
    }
    return data.stream().map(source -> part(source, part)).reduce(TextSides::join).orElseThrow();
  }

  /** Returns all text of a file or folder; of a folder with its own split, one part. */
  Documents whole(Path data, String part) {
    return SplitFolder.isOne(data) ? part(data, part) : TextSides.whole(data, form, said);
  }

  private TextSides open(Path source, HeldOut rule) {
    // Each class is divided separately.
    return !SplitFolder.isOne(source) && DataSource.isOfUnnamedColumns(source, form)
        ? TextSides.of(ClassifiedSplit.open(source, rule, form, said).texts())
        : TextSides.open(source, rule, form, said);
  }

  private Documents part(Path source, String part) {
    if (SplitFolder.isOne(source)) {
      Path file = SplitFolder.of(source, RecordKind.DOCUMENT).require(part);
      return TextSides.whole(file, form, said);
    }
    return part(open(source, heldOut), part, source);
  }

  private static Documents part(TextSides split, String part, Object source) {
    return Parts.of("split", part, split.train(), split.valid(), split.test(), source);
  }
}
