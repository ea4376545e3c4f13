package io.evomoe.models.text;

import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Splits text into the words inside which byte pairs may merge, with GPT-2's pattern. */
final class Gpt2PreTokenizer {
  /** Together the matches are the text. The flag makes {@code \s} the Unicode White_Space. */
  static final Pattern WORD =
      Pattern.compile(
          "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
          Pattern.UNICODE_CHARACTER_CLASS);

  private Gpt2PreTokenizer() {}

  /** The words of {@code text} in order. */
  static Stream<String> words(String text) {
    return WORD.matcher(text).results().map(match -> match.group());
  }

  /** Whether {@code \s} of the pattern matches a character. */
  static boolean isSpace(char character) {
    return (character >= '\t' && character <= '\r')
        || character == 0x85
        || Character.isSpaceChar(character);
  }
}
