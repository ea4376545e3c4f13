package io.evomoe.models.text.source;

import io.evomoe.models.text.source.DataSource.DocumentReader;

/**
 * Finds the documents in a text that comes in chunks, cut anywhere except inside a surrogate pair.
 * Blank lines separate documents. Alternatively the whole text is one document, without blank lines
 * around it. Lines inside a document are kept, and line ends become {@code \n}.
 */
final class DocumentLines {
  /** Number of chars that are passed on together. */
  private static final int PART = 1 << 16;

  private final DocumentReader reader;
  private final boolean whole;
  private final StringBuilder part = new StringBuilder();

  /** White space at the beginning of the line, while it has nothing else. */
  private final StringBuilder blank = new StringBuilder();

  /** Blank lines since the last other one, if they do not end a document. */
  private final StringBuilder skipped = new StringBuilder();

  private boolean insideLine;
  private boolean insideDocument;
  private boolean afterReturn;

  /** Creates a finder of documents with blank lines between them. */
  DocumentLines(DocumentReader reader) {
    this(reader, false);
  }

  /**
   * Creates a finder.
   *
   * @param whole whether all of the text is one document
   */
  DocumentLines(DocumentReader reader, boolean whole) {
    this.reader = reader;
    this.whole = whole;
  }

  /** Processes the next chunk. */
  void read(String chunk) {
    String text = afterReturn && chunk.startsWith("\n") ? chunk.substring(1) : chunk;
    afterReturn = chunk.endsWith("\r");
    String[] lines = text.replace("\r\n", "\n").replace('\r', '\n').split("\n", -1);
    addToLine(lines[0]);
    for (int i = 1; i < lines.length; i++) {
      endLine();
      addToLine(lines[i]);
    }
  }

  /** Ends the text. */
  void end() {
    if (insideDocument) {
      endDocument();
    }
  }

  private void addToLine(String text) {
    if (!insideLine) {
      if (text.isBlank()) {
        blank.append(text);
        return;
      }
      if (insideDocument) {
        part.append(skipped).append('\n');
      }
      skipped.setLength(0);
      part.append(blank);
      blank.setLength(0);
      insideLine = true;
      insideDocument = true;
    }
    part.append(text);
    if (part.length() >= PART) {
      handOn();
    }
  }

  private void endLine() {
    if (!insideLine && insideDocument) {
      if (whole) {
        skipped.append('\n').append(blank);
      } else {
        endDocument();
      }
    }
    blank.setLength(0);
    insideLine = false;
  }

  private void endDocument() {
    handOn();
    reader.end();
    insideDocument = false;
  }

  private void handOn() {
    if (part.length() > 0) {
      reader.part(part.toString());
      part.setLength(0);
    }
  }
}
