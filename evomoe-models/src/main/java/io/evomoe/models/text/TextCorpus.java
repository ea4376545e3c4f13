package io.evomoe.models.text;

import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.DataSource;
import io.evomoe.models.text.source.DocumentLines;
import io.evomoe.models.text.source.DocumentReader;
import io.evomoe.models.text.source.RecordKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Documents of plain text.
 *
 * @param name name of their source, for messages
 * @param documents at least one, none blank
 */
public record TextCorpus(String name, List<String> documents) implements Documents {

  /** Checks that there is text, and keeps the documents unmodifiable. */
  public TextCorpus {
    documents = List.copyOf(documents);
    if (documents.isEmpty() || documents.stream().anyMatch(String::isBlank)) {
      throw new IllegalArgumentException(
          name + " must hold text, had " + (documents.isEmpty() ? "none" : "a blank document"));
    }
  }

  /**
   * Reads a file of any format, as {@link TextSides#open} does.
   *
   * @throws IllegalArgumentException naming the file in one sentence, if it is missing, a folder,
   *     without text, not readable, or does not match its file name extension
   */
  public static TextCorpus read(Path file) {
    DataSource source = DataSource.file(file, RecordKind.DOCUMENT, DataForm.DEFAULT);
    return of(SourceDocuments.open(source, note -> {}));
  }

  /** Returns the texts between blank lines, in order; line ends become {@code \n}. */
  public static List<String> documentsOf(String text) {
    List<String> documents = new ArrayList<>();
    DocumentLines lines = new DocumentLines(collecting(documents));
    if (!text.isEmpty()) {
      lines.read(text);
    }
    lines.end();
    return documents;
  }

  /** Reads documents into memory. */
  static TextCorpus of(Documents documents) {
    if (documents instanceof TextCorpus corpus) {
      return corpus;
    }
    List<String> read = new ArrayList<>();
    documents.read(collecting(read));
    return new TextCorpus(documents.name(), read);
  }

  private static DocumentReader collecting(List<String> documents) {
    return new DocumentReader() {
      private final StringBuilder before = new StringBuilder();
      private String last = "";

      @Override
      public void part(String text) {
        before.append(last);
        last = text;
      }

      @Override
      public void end() {
        documents.add(before.length() == 0 ? last : before.append(last).toString());
        before.setLength(0);
        last = "";
      }
    };
  }

  /** Returns the documents of both, this one's first. */
  public TextCorpus join(TextCorpus other) {
    List<String> both = new ArrayList<>(documents);
    both.addAll(other.documents);
    return new TextCorpus(name + " and " + other.name, both);
  }

  @Override
  public int count() {
    return documents.size();
  }

  @Override
  public long length() {
    return documents.stream().mapToLong(String::length).sum();
  }

  @Override
  public void read(DocumentReader reader) {
    for (String document : documents) {
      reader.part(document);
      reader.end();
    }
  }
}
