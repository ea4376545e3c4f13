package io.evomoe.run.data;

import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.Split;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.DataSource;
import io.evomoe.models.text.source.RecordKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The records of files and folders. */
record FileDataset(List<Path> paths) implements Dataset {

  /** Rejects an empty list. */
  FileDataset {
    paths = List.copyOf(paths);
    if (paths.isEmpty()) {
      throw new IllegalArgumentException("data must be at least one file or folder, was none");
    }
  }

  @Override
  public String name() {
    return paths.stream().map(Path::toString).collect(Collectors.joining(" and "));
  }

  @Override
  public void read(Consumer<List<String>> taker) {
    read(RecordKind.DOCUMENT, DataForm.DEFAULT, taker);
  }

  @Override
  public void read(RecordKind kind, DataForm form, Consumer<List<String>> taker) {
    for (Path path : paths) {
      read(DataSource.of(path, kind, form), kind, taker);
    }
  }

  private static void read(DataSource source, RecordKind kind, Consumer<List<String>> taker) {
    if (kind == RecordKind.DOCUMENT) {
      source.texts(text -> taker.accept(List.of(text)));
    } else {
      source.records(record -> taker.accept(record.values()));
    }
  }

  @Override
  public Split<List<List<String>>> split(RecordKind kind, DataForm form, HeldOut rule) {
    return Split.open(
        paths,
        kind,
        form,
        rule,
        source -> {
          List<List<String>> rows = new ArrayList<>();
          read(source, kind, rows::add);
          return rows;
        },
        (rows, its) -> divide(name(), rows, its),
        (one, other) -> Stream.concat(one.stream(), other.stream()).toList());
  }

  /** Divides rows; equal rows are in the same set. */
  static Split<List<List<String>>> divide(String name, List<List<String>> rows, HeldOut rule) {
    return rule.divide(name, rows, row -> HeldOut.Unit.of(String.join("\t", row), ""));
  }

  @Override
  public String digest() {
    return digest(DataForm.DEFAULT);
  }

  @Override
  public String digest(DataForm form) {
    return DataSource.digest(paths, form);
  }
}
