package io.evomoe.models.metrics;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Unicode white space, no-break spaces included, and the separators U+001C to U+001F. */
final class Whitespace {
  private static final String ANY = "[\\p{IsWhite_Space}\\x1c-\\x1f]+";
  private static final Pattern RUN = Pattern.compile(ANY);
  private static final Pattern TRAILING = Pattern.compile(ANY + "\\z");

  private Whitespace() {}

  /** Returns the non-empty parts between white space. */
  static List<String> split(String text) {
    return Stream.of(RUN.split(text, -1)).filter(part -> !part.isEmpty()).toList();
  }

  static String remove(String text) {
    return RUN.matcher(text).replaceAll("");
  }

  static String stripTrailing(String text) {
    return TRAILING.matcher(text).replaceAll("");
  }
}
