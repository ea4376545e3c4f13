package io.evomoe.models.text;

import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.DataSource;
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
   * Reads a file of any format, as {@link TextSplit#open} does.
   *
   * @throws IllegalArgumentException naming the file in one sentence, if it is missing, a folder,
   *     without text, not readable, or does not match its file name extension
   */
  public static TextCorpus read(Path file) {
    DataSource source = DataSource.file(file, RecordKind.DOCUMENT, DataForm.DEFAULT);
    List<String> read = new ArrayList<>();
    source.documents(DocumentReader.whole(read::add));
    return new TextCorpus(source.name(), read);
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
