package io.evomoe.models.text.source;

import io.evomoe.internal.files.IoReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A data file.
 *
 * @param form its format
 */
record SourceFile(Path path, RecordFormat form) {

  /** Whether it has no bytes; false if there is no file. */
  boolean isEmpty() {
    try {
      return Files.isRegularFile(path) && Files.size(path) == 0;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + path + ": " + IoReason.of(e, path), e);
    }
  }

  String fileName() {
    return path.toFile().getName();
  }
}
