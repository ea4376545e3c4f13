package io.evomoe.internal.files;

/** The beginning of a file's content, for a message. */
public final class Excerpt {
  private static final int LONGEST = 200;

  private Excerpt() {}

  /** Returns the text of a value in one line, cut to 200 characters. */
  public static String of(Object value) {
    String text = value.toString();
    String shown = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
    return shown.replaceAll("\\p{Cntrl}", "?");
  }

  /**
   * Returns the first line of a JSON parser's message, without the parser's methods and positions.
   */
  public static String ofParser(String message) {
    String line = message.lines().findFirst().orElse("");
    return of(line.replaceFirst(" \\(start marker.*|, from `.*?`", ""));
  }
}
