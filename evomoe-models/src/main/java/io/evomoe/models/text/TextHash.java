package io.evomoe.models.text;

import io.evomoe.random.CounterRandom;

/**
 * A hash of a text that comes in parts. Texts with at least {@value #LETTERS} letters have the same
 * hash if their letters are the same in lower case; digits, punctuation and white space have no
 * effect. Texts with fewer letters have a hash of all characters.
 */
final class TextHash {
  /** With fewer letters, texts such as rows of a table differ in other characters only. */
  static final int LETTERS = 40;

  private long all = CounterRandom.NO_NAME;
  private long ofLetters = CounterRandom.NO_NAME;
  private long letters;
  private final StringBuilder kept = new StringBuilder();

  /** Returns the hash of a whole text. */
  static long of(String text) {
    return new TextHash().add(text).value();
  }

  /** Adds the next part, which does not end inside a surrogate pair. */
  TextHash add(String part) {
    all = CounterRandom.hash(all, part);
    kept.setLength(0);
    for (int i = 0; i < part.length(); ) {
      int c = part.codePointAt(i);
      if (Character.isLetter(c) || isMark(c)) {
        kept.appendCodePoint(Character.toLowerCase(c));
      }
      i += Character.charCount(c);
    }
    ofLetters = CounterRandom.hash(ofLetters, kept);
    letters += kept.length();
    return this;
  }

  /** Marks are the vowels of many scripts. */
  private static boolean isMark(int c) {
    int type = Character.getType(c);
    return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK;
  }

  /** Whether there are enough letters to compare by them. */
  boolean hasLetters() {
    return letters >= LETTERS;
  }

  /** Returns the hash of all characters. */
  long exact() {
    return all;
  }

  /** Returns the hash of all parts. */
  long value() {
    return hasLetters() ? ofLetters : all;
  }
}
