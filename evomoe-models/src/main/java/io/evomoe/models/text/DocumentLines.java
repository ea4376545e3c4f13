package io.evomoe.models.text;

/**
 * Finds the documents in a text that comes in chunks, cut anywhere but inside a surrogate pair.
 * Blank lines separate documents; inside a document lines are kept, and line ends become {@code
 * \n}.
 */
final class DocumentLines {
  /** Chars that are handed on together. */
  private static final int PART = 1 << 16;

  private final DocumentReader reader;
  private final StringBuilder part = new StringBuilder();

  /** White space that the line began with, while there is nothing else in it. */
  private final StringBuilder blank = new StringBuilder();

  private boolean insideLine;
  private boolean insideDocument;
  private boolean afterReturn;

  DocumentLines(DocumentReader reader) {
    this.reader = reader;
  }

  /**
   * Reads on.
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

  /** The text has ended. */
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
        part.append('\n');
      }
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

  /** No white space is written with two chars. */
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
      endDocument();
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
