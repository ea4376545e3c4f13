package io.evomoe.models.text.source;

import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * The unit of plain text that is a document.
 *
 * @param unit in words, for the user
 * @param separator matches lines between documents; null if documents are files or lines
 */
record DocumentRule(String unit, @Nullable Predicate<String> separator) {
  static final String FILE = "file";
  static final String PARAGRAPH = "paragraph";
  private static final String LINE = "line";
  private static final String SEPARATOR = "separator:";

  /**
   * Returns the rule of this name.
   *
   * @throws IllegalArgumentException if there is none
   */
  static DocumentRule of(String name) {
    if (name.equals(FILE) || name.equals(LINE)) {
      return new DocumentRule("a " + name, null);
    }
    if (name.equals(PARAGRAPH)) {
      return new DocumentRule("a " + name, String::isBlank);
    }
    if (!name.startsWith(SEPARATOR) || name.equals(SEPARATOR)) {
      throw new IllegalArgumentException(
          "documents must be file, paragraph, line or separator:REGEX, was " + name);
    }
    String regex = name.substring(SEPARATOR.length());
    try {
      return new DocumentRule(
          "the text between lines that match " + regex, Pattern.compile(regex).asMatchPredicate());
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "documents must have a regular expression after separator:, was %s (%s)"
              .formatted(name, e.getDescription()),
          e);
    }
  }

  boolean isLine() {
    return unit.equals("a " + LINE);
  }

  /** Whether documents are files, which form feeds divide. */
  boolean isFile() {
    return unit.equals("a " + FILE);
  }
}
