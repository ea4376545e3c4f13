package io.evomoe.spark;

import io.evomoe.models.text.TextCorpus;
import java.util.List;

/** What a document is in a file. */
enum DocumentForm {
  /** Text between blank lines. */
  TEXT("txt", "\n\n") {
    @Override
    List<String> documents(String record) {
      return TextCorpus.documentsOf(record);
    }
  },
  /** A line: a text and its class, or a sentence and its translation. */
  LINE("tsv", "\n") {
    @Override
    List<String> documents(String record) {
      return record.lines().filter(line -> !line.isBlank()).toList();
    }
  };

  private final String extension;
  private final String separator;

  DocumentForm(String extension, String separator) {
    this.extension = extension;
    this.separator = separator;
  }

  String extension() {
    return extension;
  }

  /** What certainly ends a document, and what one is ended with when it is written. */
  String separator() {
    return separator;
  }

  /** The documents of what stands between two separators. */
  abstract List<String> documents(String record);

  /** By the name of a file: lines where it ends in {@code .tsv} or {@code .tsv.gz}. */
  static DocumentForm of(String file) {
    return file.matches(".*\\.tsv(\\.\\w+)?") ? LINE : TEXT;
  }
}
