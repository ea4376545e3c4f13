package io.evomoe.spark;

import java.util.ArrayList;
import java.util.List;

/** What a document is in a file. */
enum DocumentForm {
  /** Text between blank lines. */
  TEXT("txt", "\n\n") {
    @Override
    List<String> documents(String record) {
      List<String> documents = new ArrayList<>();
      List<String> lines = new ArrayList<>();
      for (String line : (Iterable<String>) record.lines()::iterator) {
        if (!line.isBlank()) {
          lines.add(line);
        } else if (!lines.isEmpty()) {
          documents.add(String.join("\n", lines));
          lines.clear();
        }
      }
      if (!lines.isEmpty()) {
        documents.add(String.join("\n", lines));
      }
      return documents;
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
