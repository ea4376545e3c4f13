package io.evomoe.models.text.source;

import java.io.IOException;
import java.io.Reader;
import java.util.List;

/** Adds a last line to a text; the line is lost if an earlier quote is not closed. */
final class EndMarkedReader extends Reader {
  private static final String MARK = "\u0000end of text\u0000";

  private final Reader text;
  private final String end = "\n" + MARK;
  private boolean ended;
  private int at;

  EndMarkedReader(Reader text) {
    this.text = text;
  }

  /** Whether a record is that line. */
  static boolean isEnd(List<String> fields) {
    return fields.size() == 1 && fields.get(0).equals(MARK);
  }

  @Override
  public int read(char[] target, int offset, int length) throws IOException {
    if (!ended) {
      int read = text.read(target, offset, length);
      if (read >= 0) {
        return read;
      }
      ended = true;
    }
    int read = Math.min(length, end.length() - at);
    end.getChars(at, at + read, target, offset);
    at += read;
    return read == 0 ? -1 : read;
  }

  @Override
  public void close() throws IOException {
    text.close();
  }
}
