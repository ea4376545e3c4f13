package io.evomoe.models.text.source;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Reads UTF-8 text strictly, without replacement characters or guesses. */
public final class Utf8Text {

  private Utf8Text() {}

  /**
   * Reads the whole text of a file, without a leading byte order mark; a file whose name ends in
   * {@code .gz} or {@code .zst} is unpacked.
   *
   * @throws IllegalArgumentException if the file is missing, a folder, empty, 2 GiB or more, not
   *     readable, or not UTF-8 (with offset and line of the first bad byte)
   */
  public static String read(Path file) {
    StringBuilder text = new StringBuilder();
    read(file, text::append);
    return text.toString();
  }

  /**
   * Reads the text of a file as {@link #read(Path)} does, chunk after chunk.
   *
   * @param reader receives chunks, none of which is empty or ends inside a surrogate pair
   */
  public static void read(Path file, Consumer<String> reader) {
    try (Utf8Reader text = new Utf8Reader(file)) {
      for (String chunk = text.chunk(); chunk != null; chunk = text.chunk()) {
        reader.accept(chunk);
      }
    }
  }

  /** Returns at most this number of characters from the beginning of a file. */
  static String beginning(Path file, int characters) {
    StringBuilder beginning = new StringBuilder();
    try (Utf8Reader text = new Utf8Reader(file)) {
      for (String chunk = text.chunk();
          chunk != null && beginning.length() < characters;
          chunk = text.chunk()) {
        beginning.append(chunk);
      }
    }
    return beginning.substring(0, Math.min(beginning.length(), characters));
  }

  /** Returns the number of bytes of a text in UTF-8. */
  public static int length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /** Returns the index of the first unpaired surrogate in a text, or -1. */
  public static int loneSurrogate(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (Character.charCount(text.codePointAt(i)) == 1) {
          return i;
        }
        i++;
      }
    }
    return -1;
  }
}
