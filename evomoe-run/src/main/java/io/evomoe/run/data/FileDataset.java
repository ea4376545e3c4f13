package io.evomoe.run.data;

import io.evomoe.internal.files.FolderDigest;
import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.DataSource;
import io.evomoe.models.text.source.RecordKind;
import io.evomoe.models.text.source.SplitFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

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
      DataSource source = DataSource.of(path, kind, form);
      if (kind == RecordKind.DOCUMENT) {
        source.texts(text -> taker.accept(List.of(text)));
      } else {
        source.records(record -> taker.accept(record.values()));
      }
    }
  }

  @Override
  public Split<List<String>> split(RecordKind kind, DataForm form, HeldOut rule) {
    List<List<String>> train = new ArrayList<>();
    List<List<String>> valid = new ArrayList<>();
    for (Path path : paths) {
      if (SplitFolder.isOne(path)) {
        SplitFolder folder = SplitFolder.of(path, kind);
        files(List.of(folder.require("train"))).read(kind, form, train::add);
        files(List.of(folder.require("valid"))).read(kind, form, valid::add);
      } else {
        List<List<String>> rows = new ArrayList<>();
        files(List.of(path)).read(kind, form, rows::add);
        Split<List<String>> divided = Split.of(rows, rule);
        train.addAll(divided.train());
        valid.addAll(divided.valid());
      }
    }
    return new Split<>(train, valid);
  }

  private static Dataset files(List<Path> some) {
    return new FileDataset(some);
  }

  @Override
  public String digest() {
    return FolderDigest.of(paths);
  }
}
