package io.evomoe.models.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.text.Normalizer;

/**
 * Where a text can be cut so that its pieces have the tokens of the whole: before a single space
 * between two characters that are none. For every {@link PreTokenizer}:
 *
 * <ul>
 *   <li>No word reaches over the cut. In all expressions a space that is not the first character of
 *       a match has only white space before it in that match, and here it has none.
 *   <li>The words before the cut do not see it. Every class that could go on there (letters,
 *       digits, signs, line ends) takes a space for the end of the text, and {@code (?!\S)} looks
 *       at the character behind white space, which is before the cut.
 *   <li>The words behind the cut do not see what was before it; no expression looks back.
 *   <li>Normalizers neither join a space with what is before it, nor make white space of the last
 *       character of anything else.
 * </ul>
 *
 * <p>Added tokens are found before words are, so {@link #changeNothing} looks at them.
 */
final class TextPieces {
  private TextPieces() {}

  /**
   * Whether the added tokens of a tokenizer let texts be cut. Not one that takes the white space
   * behind it, has a space behind another sign in it, or begins with white space and asks for what
   * is before it. A run of spaces does no harm, since a cut is at a single one.
   *
   * @param tokenizer in the one-file form
   */
  static boolean changeNothing(JsonNode tokenizer) {
    for (JsonNode token : tokenizer.path("added_tokens")) {
      String content = normalized(token.path("content").asText());
      boolean asks = token.path("single_word").asBoolean() && isSpace(content, 0);
      if (token.path("rstrip").asBoolean() || asks || hasSpaceInside(content)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Where a piece ends.
   *
   * @param start of the piece in the text
   * @param least chars that it has, or all that are left
   */
  static int end(String text, int start, int least) {
    return end(text, start, least, text.length());
  }

  /**
   * Where a piece ends that must end somewhere: at a cut, or between any two characters where there
   * is no cut in time.
   *
   * @param most chars that it has, one more where that would cut a surrogate pair
   */
  static int end(CharSequence text, int start, int least, int most) {
    long last = Math.min((long) start + most, text.length());
    for (long i = (long) start + least; i < Math.min(last, text.length() - 1L); i++) {
      if (isCut(text, (int) i)) {
        return (int) i;
      }
    }
    boolean insidePair =
        last > start
            && last < text.length()
            && Character.isSurrogatePair(text.charAt((int) last - 1), text.charAt((int) last));
    return (int) last + (insidePair ? 1 : 0);
  }

  private static boolean isCut(CharSequence text, int i) {
    return text.charAt(i) == ' ' && !isSpace(text, i - 1) && !isSpace(text, i + 1);
  }

  /** In the form with the most spaces that any normalizer makes. */
  private static String normalized(String content) {
    return Normalizer.normalize(content, Normalizer.Form.NFKC);
  }

  private static boolean hasSpaceInside(String content) {
    for (int i = 1; i < content.length(); i++) {
      if (isSpace(content, i) && !isSpace(content, i - 1)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isSpace(CharSequence text, int index) {
    return PreTokenizer.isSpace(text.charAt(index));
  }
}
