package io.evomoe.run.data;

import io.evomoe.internal.files.FolderDigest;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.DataSource;
import io.evomoe.models.text.source.RecordKind;
import java.nio.file.Path;
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
  public String digest() {
    return FolderDigest.of(paths);
  }
}
