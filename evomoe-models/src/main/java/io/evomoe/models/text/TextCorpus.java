package io.evomoe.models.text;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Documents of plain text.
 *
 * @param name where they come from, for messages
 * @param documents at least one, none blank
 */
public record TextCorpus(String name, List<String> documents) {

  /** Checks that there is text, and keeps the documents unmodifiable. */
  public TextCorpus {
    documents = List.copyOf(documents);
    if (documents.isEmpty() || documents.stream().anyMatch(String::isBlank)) {
      throw new IllegalArgumentException(
          name + " must hold text, had " + (documents.isEmpty() ? "none" : "a blank document"));
    }
  }

  /**
   * Reads a UTF-8 file, unpacked when its name ends in {@code .gz}. Documents are separated by
   * blank lines; inside a document lines are kept, and line ends become {@code \n}.
   *
   * @throws IllegalArgumentException in one sentence that names the file, when it is missing, a
   *     folder, without text, not readable, not UTF-8, or JSON or CSV ({@link UnreadFormats})
   */
  public static TextCorpus read(Path file) {
    String name = "text file " + file;
    UnreadFormats.refuseByEnding(name, file.toString());
    String text = Utf8Text.read(file);
    UnreadFormats.refuseByLook(name, text);
    return new TextCorpus(name, documentsOf(text));
  }

  /** What stands between blank lines, in its order; line ends become {@code \n}. */
  public static List<String> documentsOf(String text) {
    List<String> documents = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    for (String line : (Iterable<String>) text.lines()::iterator) {
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

  /** The documents of both, this one's first. */
  public TextCorpus join(TextCorpus other) {
    List<String> both = new ArrayList<>(documents);
    both.addAll(other.documents);
    return new TextCorpus(name + " and " + other.name, both);
  }

  /** Length of all documents, in chars. */
  public long length() {
    return documents.stream().mapToLong(String::length).sum();
  }
}
