package io.evomoe.models.text;

import io.evomoe.models.text.source.DataSource;
import io.evomoe.models.text.source.DocumentReader;
import io.evomoe.models.text.source.SourceNote;
import java.util.function.Consumer;

/** The documents of files, read in chunks. */
final class SourceDocuments implements Documents {
  private static final DocumentReader NOBODY =
      new DocumentReader() {
        @Override
        public void part(String text) {}

        @Override
        public void end() {}
      };

  private final DataSource source;
  private final int count;
  private final long length;

  private SourceDocuments(DataSource source, SourceNote first) {
    this.source = source;
    this.count = first.documents();
    this.length = first.characters();
  }

  /**
   * Reads a source once, to count its documents.
   *
   * @param said receives the detected format
   */
  static SourceDocuments open(DataSource source, Consumer<String> said) {
    return open(source, said, NOBODY);
  }

  /**
   * Reads a source once, to count its documents.
   *
   * @param reader receives the documents as well
   */
  static SourceDocuments open(DataSource source, Consumer<String> said, DocumentReader reader) {
    SourceNote first = source.documents(reader);
    said.accept(first.text());
    return new SourceDocuments(source, first);
  }

  @Override
  public String name() {
    return source.name();
  }

  @Override
  public int count() {
    return count;
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public void read(DocumentReader reader) {
    SourceNote again = source.documents(reader);
    if (again.documents() != count || again.characters() != length) {
      throw new IllegalArgumentException(name() + " was changed while it was read");
    }
  }
}
