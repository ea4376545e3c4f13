package io.evomoe.models.text;

import io.evomoe.internal.files.IoReason;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;

/** Reads UTF-8 text strictly: nothing is replaced, nothing is guessed. */
public final class Utf8Text {
  /** Sizes beyond this do not fit into one Java array. */
  private static final long MAXIMUM_BYTES = Integer.MAX_VALUE - 8L;

  private static final int CHUNK = 1 << 16;

  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private Utf8Text() {}

  /**
   * The whole text of a file, without a leading byte order mark; a name that ends in {@code .gz} is
   * unpacked.
   *
   * @throws IllegalArgumentException when the file is missing, a folder, empty, 2 GiB or more, not
   *     readable, or not UTF-8 (with the offset of the first bad byte)
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
  static void read(Path file, Consumer<String> reader) {
    if (!Files.exists(file)) {
      throw new IllegalArgumentException("text file " + file + " does not exist");
    }
    if (Files.isDirectory(file)) {
      throw new IllegalArgumentException("text file " + file + " is a folder");
    }
    try {
      if (Files.size(file) == 0 || !readChunks(file, reader)) {
        throw new IllegalArgumentException("text file " + file + " is empty");
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "text file %s cannot be read: %s".formatted(file, IoReason.of(e, file)), e);
    }
  }

  /** Bytes of a text. */
  static int length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /** Whether there was a byte. */
  private static boolean readChunks(Path file, Consumer<String> reader) throws IOException {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer bytes = ByteBuffer.allocate(CHUNK);
    CharBuffer chars = CharBuffer.allocate(CHUNK);
    long before = 0;
    boolean first = true;
    try (InputStream in = open(file)) {
      for (boolean ended = false; !ended; ) {
        int read = in.read(bytes.array(), bytes.position(), bytes.remaining());
        ended = read < 0;
        bytes.limit(bytes.position() + Math.max(read, 0)).position(0);
        if (before + bytes.limit() > MAXIMUM_BYTES) {
          throw new IllegalArgumentException(
              "text file %s holds more than %d bytes".formatted(file, MAXIMUM_BYTES));
        }
        CoderResult result = decoder.decode(bytes, chars, ended);
        if (result.isError()) {
          throw new IllegalArgumentException(
              "text file %s is not UTF-8: malformed byte 0x%02X at offset %d"
                  .formatted(file, bytes.get(bytes.position()), before + bytes.position()));
        }
        before += bytes.position();
        bytes.compact();
        chars.flip();
        if (chars.hasRemaining()) {
          int start = first && chars.get(0) == BYTE_ORDER_MARK ? 1 : 0;
          if (chars.length() > start) {
            reader.accept(chars.subSequence(start, chars.length()).toString());
          }
          first = false;
        }
        chars.clear();
      }
    }
    return before > 0;
  }

  private static InputStream open(Path file) throws IOException {
    InputStream raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
    if (!file.toString().endsWith(".gz")) {
      return raw;
    }
    try {
      return new GZIPInputStream(raw, 1 << 16);
    } catch (IOException e) {
      raw.close();
      throw e;
    }
  }
}
