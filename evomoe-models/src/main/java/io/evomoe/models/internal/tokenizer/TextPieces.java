package io.evomoe.models.internal.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.text.Normalizer;

/**
 * Finds places to cut a text so that its pieces have the tokens of the whole: before a single space
 * between two other characters. For every {@link PreTokenizer}:
 *
 * <ul>
 *   <li>No word crosses the cut. In all expressions, a space inside a match has only white space
 *       before it, and here it has none.
 *   <li>The words before the cut do not depend on it. Every class that could continue there
 *       (letters, digits, signs, line ends) treats a space as the end of the text. {@code (?!\S)}
 *       looks at the character after white space, which is before the cut.
 *   <li>The words after the cut do not depend on the text before it; no expression looks back.
 *   <li>Normalizers neither join a space with the character before it, nor turn that character into
 *       white space.
 * </ul>
 *
 * <p>Added tokens are found before words are, so {@link #changeNothing} checks them.
 */
public final class TextPieces {
  private TextPieces() {}

  /**
   * Whether the added tokens of a tokenizer allow texts to be cut. A token prevents this if it
   * takes the white space after it, or has a space after another sign. So does one that begins with
   * white space and depends on the text before it. A run of spaces is harmless, because a cut is at
   * a single one.
   *
   * @param tokenizer in the one-file form
   */
  public static boolean changeNothing(JsonNode tokenizer) {
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
   * Returns the end of a piece.
   *
   * @param start begin of the piece in the text
   * @param least minimum number of chars in the piece, or all that are left
   */
  public static int end(String text, int start, int least) {
    return end(text, start, least, text.length());
  }

  /**
   * Returns the end of a piece of limited length: at a cut, or between any two characters if there
   * is no cut in time.
   *
   * @param most maximum number of chars, one more if that would split a surrogate pair
   */
  public static int end(CharSequence text, int start, int least, int most) {
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

  /** Returns the form with the most spaces that any normalizer makes. */
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
