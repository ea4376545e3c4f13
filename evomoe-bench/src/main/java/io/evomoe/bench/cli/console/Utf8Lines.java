package io.evomoe.bench.cli.console;

import io.evomoe.internal.files.IoReason;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads lines of UTF-8 strictly, as they come: nothing is replaced and nothing is read ahead. A
 * byte order mark is no text.
 */
public final class Utf8Lines {
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  /** Set by the launcher when standard input is a terminal. */
  private static final String TERMINAL = "evomoe.input.terminal";

  private final BufferedReader in;
  private long number;

  /** Reads from a stream, which messages call standard input. */
  public Utf8Lines(InputStream in) {
    // Bytes as letters: a line that is not UTF-8 must not hide those before it.
    this.in = new BufferedReader(new InputStreamReader(in, StandardCharsets.ISO_8859_1));
  }

  /** Whether standard input is a terminal. */
  public static boolean isTerminal() {
    return Boolean.getBoolean(TERMINAL);
  }

  /**
   * All of standard input, without the last line end; empty where it is a terminal, on which nobody
   * was asked for anything.
   *
   * @throws IllegalArgumentException if it is not UTF-8
   */
  public static String piped() {
    if (isTerminal()) {
      return "";
    }
    Utf8Lines lines = new Utf8Lines(System.in);
    return String.join("\n", lines.next(Integer.MAX_VALUE));
  }

  /**
   * The next lines, without their ends ({@code \n}, {@code \r\n} or {@code \r}).
   *
   * @param count at most so many
   * @return none at the end of the stream
   * @throws IllegalArgumentException for a line that is not UTF-8
   */
  public List<String> next(int count) {
    List<String> lines = new ArrayList<>();
    try {
      while (lines.size() < count) {
        String line = in.readLine();
        if (line == null) {
          return lines;
        }
        number++;
        lines.add(decode(line.getBytes(StandardCharsets.ISO_8859_1)));
      }
      return lines;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read standard input: " + IoReason.of(e), e);
    }
  }

  private String decode(byte[] bytes) {
    try {
      String line = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return number == 1 && line.startsWith(BYTE_ORDER_MARK) ? line.substring(1) : line;
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          "standard input, line %d is not UTF-8".formatted(number), e);
    }
  }
}
