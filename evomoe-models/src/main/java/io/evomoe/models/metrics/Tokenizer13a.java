package io.evomoe.models.metrics;

import java.util.List;
import java.util.regex.Pattern;

/**
 * The tokenization of NIST's mteval-v13a.pl in sacreBLEU's version (Post, "A Call for Clarity in
 * Reporting BLEU Scores", WMT 2018). Case is kept. Every rule is about ASCII, so other letters and
 * marks stay in their word.
 */
final class Tokenizer13a {
  /** ASCII symbols and space, except apostrophe, comma, hyphen and period. */
  private static final Pattern SYMBOL = Pattern.compile("([{-~\\[-` -&(-+:-@/])");

  /** Unicode white space, no-break spaces included, and the separators U+001C to U+001F. */
  private static final String SPACE = "[\\p{IsWhite_Space}\\x1c-\\x1f]+";

  private static final Pattern SPACES = Pattern.compile(SPACE);
  private static final Pattern TRAILING = Pattern.compile(SPACE + "\\z");
  private static final Pattern MARK_AFTER_NO_DIGIT = Pattern.compile("([^0-9])([.,])");
  private static final Pattern MARK_BEFORE_NO_DIGIT = Pattern.compile("([.,])([^0-9])");
  private static final Pattern HYPHEN_AFTER_DIGIT = Pattern.compile("([0-9])(-)");

  private Tokenizer13a() {}

  /** Returns the words of a line, in order. */
  static List<String> words(String line) {
    String text = " " + unescape(TRAILING.matcher(line).replaceAll("")) + " ";
    text = SYMBOL.matcher(text).replaceAll(" $1 ");
    text = MARK_AFTER_NO_DIGIT.matcher(text).replaceAll("$1 $2 ");
    text = MARK_BEFORE_NO_DIGIT.matcher(text).replaceAll(" $1 $2");
    text = HYPHEN_AFTER_DIGIT.matcher(text).replaceAll("$1 $2 ");
    return SPACES.splitAsStream(text).filter(part -> !part.isEmpty()).toList();
  }

  static String withoutSpace(String text) {
    return SPACES.matcher(text).replaceAll("");
  }

  /** The order is that of the original: an escaped ampersand may begin a bracket's escape. */
  private static String unescape(String line) {
    return line.replace("<skipped>", "")
        .replace("-\n", "")
        .replace("\n", " ")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
        .replace("&lt;", "<")
        .replace("&gt;", ">");
  }
}
