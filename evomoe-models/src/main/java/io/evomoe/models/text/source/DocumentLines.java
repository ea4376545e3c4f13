package io.evomoe.models.text.source;

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

  /**
   * Processes the next chunk.
   *
   * @param chunk not empty
   */
  void read(String chunk) {
    int start = afterReturn && chunk.charAt(0) == '\n' ? 1 : 0;
    afterReturn = false;
    while (start < chunk.length()) {
      int end = lineEnd(chunk, start);
      addToLine(chunk, start, end);
      if (end == chunk.length()) {
        return;
      }
      endLine();
      start = end + 1;
      if (chunk.charAt(end) == '\r') {
        afterReturn = start == chunk.length();
        start += chunk.startsWith("\n", start) ? 1 : 0;
      }
    }
  }

  /** Ends the text. */
  void end() {
    if (insideDocument) {
      endDocument();
    }
  }

  private static int lineEnd(String chunk, int start) {
    int end = start;
    while (end < chunk.length() && chunk.charAt(end) != '\n' && chunk.charAt(end) != '\r') {
      end++;
    }
    return end;
  }

  private void addToLine(String chunk, int start, int end) {
    if (!insideLine) {
      if (isBlank(chunk, start, end)) {
        blank.append(chunk, start, end);
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
    part.append(chunk, start, end);
    if (part.length() >= PART) {
      handOn();
    }
  }

  /** No white space needs two chars. */
  private static boolean isBlank(String chunk, int start, int end) {
    for (int i = start; i < end; i++) {
      if (!Character.isWhitespace(chunk.charAt(i))) {
        return false;
      }
    }
    return true;
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
