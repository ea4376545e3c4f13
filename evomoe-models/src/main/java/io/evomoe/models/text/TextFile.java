package io.evomoe.models.text;

import java.nio.file.Path;

/** The documents of a file of plain text, of which but a chunk is in memory while it is read. */
final class TextFile implements Documents {
  private static final DocumentReader NOBODY =
      new DocumentReader() {
        @Override
        public void part(String text) {}

        @Override
        public void end() {}
      };

  private final Path file;
  private final int count;
  private final long length;

  private TextFile(Path file, Count first) {
    this.file = file;
    this.count = first.documents;
    this.length = first.chars;
  }

  /** Reads a file once, as {@link TextCorpus#read} does. */
  static TextFile open(Path file) {
    return open(file, NOBODY);
  }

  /**
   * The same.
   *
   * @param reader is told the documents as well
   */
  static TextFile open(Path file, DocumentReader reader) {
    UnreadFormats.refuseByEnding(name(file), file.toString());
    Count first = read(file, reader);
    if (first.documents == 0) {
      throw new IllegalArgumentException(name(file) + " must hold text, had none");
    }
    return new TextFile(file, first);
  }

  @Override
  public String name() {
    return name(file);
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
    Count again = read(file, reader);
    if (again.documents != count || again.chars != length) {
      throw new IllegalArgumentException(name() + " was changed while it was read");
    }
  }

  private static String name(Path file) {
    return "text file " + file;
  }

  private static Count read(Path file, DocumentReader reader) {
    Count count = new Count(reader);
    DocumentLines lines = new DocumentLines(count);
    Beginning beginning = new Beginning(name(file));
    Utf8Text.read(
        file,
        chunk -> {
          beginning.look(chunk);
          lines.read(chunk);
        });
    beginning.refuse();
    lines.end();
    return count;
  }

  /** Refuses by how a text begins, as soon as enough of it has come. */
  private static final class Beginning {
    private final String name;
    private final StringBuilder text = new StringBuilder();
    private boolean looked;

    private Beginning(String name) {
      this.name = name;
    }

    private void look(String chunk) {
      if (!looked) {
        text.append(chunk, 0, Math.min(chunk.length(), UnreadFormats.LOOKED_AT - text.length()));
        if (text.length() == UnreadFormats.LOOKED_AT) {
          refuse();
        }
      }
    }

    private void refuse() {
      if (!looked) {
        UnreadFormats.refuseByLook(name, text.toString());
        looked = true;
      }
    }
  }

  private static final class Count implements DocumentReader {
    private final DocumentReader reader;
    private int documents;
    private long chars;

    private Count(DocumentReader reader) {
      this.reader = reader;
    }

    @Override
    public void part(String text) {
      chars += text.length();
      reader.part(text);
    }

    @Override
    public void end() {
      documents = Math.addExact(documents, 1);
      reader.end();
    }
  }
}
