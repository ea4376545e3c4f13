package io.evomoe.spark;

import io.evomoe.models.text.TextCorpus;
import java.util.List;

/** The unit of a document in a file. */
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

  /** Returns the separator, which always ends a document, and is written after one. */
  String separator() {
    return separator;
  }

  /** Returns the documents between two separators. */
  abstract List<String> documents(String record);

  /** Returns lines for a file name that ends in {@code .tsv} or {@code .tsv.gz}, else text. */
  static DocumentForm of(String file) {
    return file.matches(".*\\.tsv(\\.\\w+)?") ? LINE : TEXT;
  }
}
