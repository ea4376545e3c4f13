package io.evomoe.models.text.source;

import io.evomoe.models.internal.text.Utf8Text;

/**
 * Finds the documents in a text that comes in chunks, cut anywhere except inside a surrogate pair.
 * Blank lines around a document are dropped, those inside are kept, and line ends become {@code
 * \n}.
 */
final class DocumentLines {
  /** Number of chars that are passed on together; a longer line is no separator. */
  private static final int PART = 1 << 16;

  private final DocumentReader reader;
  private final DocumentRule rule;

  /** Whether a form feed ends a document. */
  private final boolean hasPages;

  private final StringBuilder part = new StringBuilder();

  /** The beginning of the line, while it may be a separator. */
  private final StringBuilder line = new StringBuilder();

  /** White space at the beginning of the line, while it has nothing else. */
  private final StringBuilder blank = new StringBuilder();

  /** Blank lines since the last other one, if they do not end a document. */
  private final StringBuilder skipped = new StringBuilder();

  private boolean insideLine;
  private boolean insideDocument;
  private boolean afterReturn;

  /**
   * Creates a finder.
   *
   * @param isPlain whether the text is plain, so that form feeds divide files
   */
  DocumentLines(DocumentReader reader, DocumentRule rule, boolean isPlain) {
    this.reader = reader;
    this.rule = rule;
    this.hasPages = isPlain && rule.isFile();
  }

  /** Processes the next chunk. */
  void read(String chunk) {
    String text = afterReturn && chunk.startsWith("\n") ? chunk.substring(1) : chunk;
    afterReturn = chunk.endsWith("\r");
    String lines = Utf8Text.withLineFeeds(text);
    if (!hasPages) {
      readLines(lines);
      return;
    }
    String[] pages = lines.split("\f", -1);
    for (int i = 0; i < pages.length; i++) {
      if (i > 0) {
        endLine();
        end();
      }
      readLines(pages[i]);
    }
  }

  private void readLines(String text) {
    String[] lines = text.split("\n", -1);
    addToLine(lines[0]);
    for (int i = 1; i < lines.length; i++) {
      endLine();
      addToLine(lines[i]);
    }
  }

  /** Ends the text. */
  void end() {
    if (isSeparator()) {
      line.setLength(0);
    }
    passLine();
    if (insideDocument) {
      handOn();
      reader.end();
      insideDocument = false;
    }
  }

  private boolean isSeparator() {
    return rule.separator() != null && !insideLine && rule.separator().test(line.toString());
  }

  private void addToLine(String text) {
    if (rule.separator() == null || insideLine) {
      pass(text);
      return;
    }
    line.append(text);
    if (line.length() >= PART) {
      passLine();
    }
  }

  private void passLine() {
    if (line.length() > 0) {
      pass(line.toString());
      line.setLength(0);
    }
  }

  private void pass(String text) {
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
    if (isSeparator()) {
      end();
    } else {
      passLine();
      if (rule.isLine()) {
        end();
      } else if (!insideLine && insideDocument) {
        skipped.append('\n').append(blank);
      }
    }
    blank.setLength(0);
    insideLine = false;
  }

  private void handOn() {
    if (part.length() > 0) {
      reader.part(part.toString());
      part.setLength(0);
    }
  }
}
