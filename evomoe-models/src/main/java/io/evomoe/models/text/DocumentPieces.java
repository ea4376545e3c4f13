package io.evomoe.models.text;

import io.evomoe.models.text.source.DocumentReader;

/**
 * Cuts documents into pieces, each of which is a document: at the end of a line, or between words
 * if no line ends near. A text without spaces is cut anywhere.
 */
final class DocumentPieces implements DocumentReader {
  private static final int SHORTEST = 6;
  private static final int LONGEST = 1 << 20;

  /** Number of characters in which a space is searched. */
  private static final int SLACK = 256;

  private final DocumentReader reader;
  private final int least;
  private final StringBuilder waiting = new StringBuilder();

  /**
   * Creates a reader.
   *
   * @param reader receives the pieces
   * @param least minimum length of a piece that is not the last
   */
  DocumentPieces(DocumentReader reader, long least) {
    this.reader = reader;
    this.least = (int) Math.max(SHORTEST, Math.min(least, LONGEST));
  }

  @Override
  public void part(String text) {
    waiting.append(text);
    while (waiting.length() > 4 * least + SLACK) {
      pass(cut());
    }
  }

  @Override
  public void end() {
    while (waiting.length() > 2 * least) {
      pass(cut());
    }
    pass(waiting.length());
  }

  private int cut() {
    int line = waiting.indexOf("\n", least);
    if (line >= 0 && line <= 4 * least) {
      return line;
    }
    int space = waiting.indexOf(" ", least);
    if (space >= 0 && space <= least + SLACK) {
      return space;
    }
    return Character.isHighSurrogate(waiting.charAt(least - 1)) ? least + 1 : least;
  }

  private void pass(int end) {
    String piece = waiting.substring(0, end).strip();
    waiting.delete(0, end);
    if (!piece.isEmpty()) {
      reader.part(piece);
      reader.end();
    }
  }
}
