package io.evomoe.models.internal.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;

/**
 * GPT-2's printable symbols for the 256 bytes. A printable Latin-1 byte is itself; the others use
 * the characters from U+0100 on. Ids follow that order, so '!' is 0 (Radford et al., "Language
 * Models are Unsupervised Multitask Learners", 2019, {@code bytes_to_unicode}).
 */
public final class ByteAlphabet {
  public static final int SIZE = 256;

  private static final int[] BYTES =
      IntStream.concat(
              IntStream.range(0, SIZE).filter(ByteAlphabet::isPrintable),
              IntStream.range(0, SIZE).filter(value -> !isPrintable(value)))
          .toArray();
  private static final int[] IDS = inverse(BYTES);
  private static final int PRINTABLE =
      (int) IntStream.range(0, SIZE).filter(ByteAlphabet::isPrintable).count();

  private ByteAlphabet() {}

  /** Returns the symbols in the order of their ids. */
  public static List<String> symbols() {
    return IntStream.of(BYTES).mapToObj(value -> Character.toString(symbol(value))).toList();
  }

  /** Returns the symbols of the 243 bytes that occur in UTF-8: all except C0, C1 and F5 to FF. */
  public static List<String> ofUtf8() {
    return IntStream.range(0, SIZE)
        .filter(value -> value < 0xF5 && value != 0xC0 && value != 0xC1)
        .mapToObj(value -> Character.toString(symbol(value)))
        .toList();
  }

  /** Returns the symbols of bytes. */
  public static String symbols(byte[] bytes) {
    StringBuilder symbols = new StringBuilder(bytes.length);
    for (byte value : bytes) {
      symbols.append(symbol(value & 0xFF));
    }
    return symbols.toString();
  }

  /**
   * Returns the bytes of a token; a token with another character than the symbols is plain text.
   */
  public static byte[] bytes(String token) {
    byte[] bytes = new byte[token.length()];
    for (int i = 0; i < bytes.length; i++) {
      int symbol = token.charAt(i);
      int id = symbol < SIZE ? IDS[symbol] : symbol - SIZE + PRINTABLE;
      if (id >= SIZE || symbol(BYTES[id]) != symbol) {
        return token.getBytes(StandardCharsets.UTF_8);
      }
      bytes[i] = (byte) BYTES[id];
    }
    return bytes;
  }

  /** Returns the ids of the UTF-8 bytes of {@code word}. */
  public static int[] ids(String word) {
    byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
    return IntStream.range(0, bytes.length).map(i -> IDS[bytes[i] & 0xFF]).toArray();
  }

  /** Returns the symbol of a byte in 0..255. */
  public static char symbol(int value) {
    return (char) (isPrintable(value) ? value : SIZE + IDS[value] - PRINTABLE);
  }

  private static boolean isPrintable(int value) {
    return (value >= '!' && value <= '~')
        || (value >= 0xA1 && value <= 0xAC)
        || (value >= 0xAE && value <= 0xFF);
  }

  private static int[] inverse(int[] order) {
    int[] inverse = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      inverse[order[i]] = i;
    }
    return inverse;
  }
}
