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
import java.util.zip.GZIPInputStream;

/** Reads UTF-8 text strictly: nothing is replaced, nothing is guessed. */
public final class Utf8Text {
  /** Sizes beyond this do not fit into one Java array. */
  private static final long MAXIMUM_BYTES = Integer.MAX_VALUE - 8L;

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
    if (!Files.exists(file)) {
      throw new IllegalArgumentException("text file " + file + " does not exist");
    }
    if (Files.isDirectory(file)) {
      throw new IllegalArgumentException("text file " + file + " is a folder");
    }
    byte[] bytes = bytes(file);
    if (bytes.length == 0) {
      throw new IllegalArgumentException("text file " + file + " is empty");
    }
    String text = decode(bytes, file);
    return text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text;
  }

  /** Bytes of a text. */
  static int length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static byte[] bytes(Path file) {
    try {
      if (Files.size(file) == 0) {
        return new byte[0];
      }
      try (InputStream in = open(file)) {
        byte[] bytes = in.readNBytes((int) MAXIMUM_BYTES);
        if (in.read() >= 0) {
          throw new IllegalArgumentException(
              "text file %s holds more than %d bytes".formatted(file, MAXIMUM_BYTES));
        }
        return bytes;
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "text file %s cannot be read: %s".formatted(file, IoReason.of(e, file)), e);
    }
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

  private static String decode(byte[] bytes, Path file) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CoderResult result = decoder.decode(in, out, true);
    if (result.isError()) {
      throw new IllegalArgumentException(
          "text file %s is not UTF-8: malformed byte 0x%02X at offset %d"
              .formatted(file, bytes[in.position()], in.position()));
    }
    return out.flip().toString();
  }
}
