package io.evomoe.models.text.source;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The lines of a file, numbered from 1; one is in memory at a time. */
final class Lines implements AutoCloseable {
  /** Maximum number of characters in a line, or a record. */
  static final int LONGEST = 1 << 25;

  private final String name;
  private final Utf8Text text;
  private final StringBuilder line = new StringBuilder();
  private String chunk = "";
  private int at;
  private boolean afterReturn;
  private long number;

  /**
   * Opens a file.
   *
   * @param name of the file, for messages
   */
  Lines(String name, Path file) {
    this.name = name;
    this.text = new Utf8Text(file);
  }

  /**
   * Returns the next line without its end ({@code \n}, {@code \r\n} or {@code \r}); null at the
   * end.
   */
  @Nullable String next() {
    line.setLength(0);
    boolean begun = false;
    while (hasMore()) {
      if (afterReturn && chunk.charAt(at) == '\n') {
        afterReturn = false;
        at++;
        continue;
      }
      afterReturn = false;
      begun = true;
      int end = at;
      while (end < chunk.length() && chunk.charAt(end) != '\n' && chunk.charAt(end) != '\r') {
        end++;
      }
      add(end);
      if (at < chunk.length()) {
        afterReturn = chunk.charAt(at) == '\r';
        at++;
        break;
      }
    }
    number += begun ? 1 : 0;
    return begun ? line.toString() : null;
  }

  private void add(int end) {
    if (line.length() + (end - at) > LONGEST) {
      throw new IllegalArgumentException(
          "%s, line %d: must have at most %,d characters, has more"
              .formatted(name, number + 1, LONGEST));
    }
    line.append(chunk, at, end);
    at = end;
  }

  private boolean hasMore() {
    if (at == chunk.length()) {
      String more = text.chunk();
      chunk = more == null ? "" : more;
      at = 0;
    }
    return at < chunk.length();
  }

  /** Returns the number of the last line read. */
  long number() {
    return number;
  }

  @Override
  public void close() {
    text.close();
  }
}
