package io.evomoe.models.text.source;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Reads UTF-8 text strictly: nothing is replaced, nothing is guessed. */
public final class Utf8Text {

  private Utf8Text() {}

  /**
   * The whole text of a file, without a leading byte order mark; a name that ends in {@code .gz} or
   * {@code .zst} is unpacked.
   *
   * @throws IllegalArgumentException when the file is missing, a folder, empty, 2 GiB or more, not
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
   * @param reader of chunks, none of which is empty or ends inside a surrogate pair
   */
  public static void read(Path file, Consumer<String> reader) {
    try (Utf8Reader text = new Utf8Reader(file)) {
      for (String chunk = text.chunk(); chunk != null; chunk = text.chunk()) {
        reader.accept(chunk);
      }
    }
  }

  /** The first characters of a file, as many as there are. */
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

  /** Bytes of a text. */
  public static int length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
