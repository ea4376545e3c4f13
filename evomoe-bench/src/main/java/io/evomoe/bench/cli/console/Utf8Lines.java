package io.evomoe.bench.cli.console;

import io.evomoe.internal.files.IoReason;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads lines of UTF-8 strictly, as they come: nothing is replaced and nothing is read ahead. A
 * byte order mark is no text.
 */
public final class Utf8Lines {
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  /** Set by the launcher when standard input is a terminal. */
  private static final String TERMINAL = "evomoe.input.terminal";

  private final InputStream in;
  private final String name;
  private long number;

  /**
   * Reads from a stream.
   *
   * @param name of the stream, for messages
   */
  public Utf8Lines(InputStream in, String name) {
    this.in = new BufferedInputStream(in);
    this.name = name;
  }

  /**
   * All of standard input, without the last line end; empty where it is a terminal, on which nobody
   * was asked for anything.
   *
   * @throws IllegalArgumentException if it is not UTF-8
   */
  public static String piped() {
    if (Boolean.getBoolean(TERMINAL)) {
      return "";
    }
    Utf8Lines lines = new Utf8Lines(System.in, "standard input");
    return String.join("\n", lines.next(Integer.MAX_VALUE));
  }

  /**
   * The next lines, without their ends ({@code \n} or {@code \r\n}).
   *
   * @param count at most so many
   * @return none at the end of the stream
   * @throws IllegalArgumentException for a line that is not UTF-8
   */
  public List<String> next(int count) {
    List<String> lines = new ArrayList<>();
    while (lines.size() < count) {
      byte[] bytes = bytes();
      if (bytes == null) {
        return lines;
      }
      number++;
      lines.add(decode(bytes));
    }
    return lines;
  }

  private byte @Nullable [] bytes() {
    try {
      int next = in.read();
      if (next < 0) {
        return null;
      }
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      while (next >= 0 && next != '\n') {
        line.write(next);
        next = in.read();
      }
      return line.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + name + ": " + IoReason.of(e), e);
    }
  }

  private String decode(byte[] bytes) {
    try {
      String line = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      int first = number == 1 && line.startsWith(BYTE_ORDER_MARK) ? 1 : 0;
      return line.substring(first, line.length() - (line.endsWith("\r") ? 1 : 0));
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("%s, line %d is not UTF-8".formatted(name, number), e);
    }
  }
}
