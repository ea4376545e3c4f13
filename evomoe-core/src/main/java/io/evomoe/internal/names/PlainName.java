package io.evomoe.internal.names;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Names that are valid in a path, a page, a list and a configuration without changes. */
public final class PlainName {
  private static final int LONGEST = 40;
  private static final int SHOWN = 60;
  private static final Pattern FORM = Pattern.compile("[a-z0-9]+([-_][a-z0-9]+)*");
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

  private PlainName() {}

  /**
   * Returns a name if it is plain.
   *
   * @param what what it names, for the message
   * @throws IllegalArgumentException if it is null, longer than 40 characters, or contains anything
   *     but small letters a to z and digits with single hyphens or underscores between them
   */
  public static String require(String what, @Nullable String name) {
    if (name == null || name.length() > LONGEST || !FORM.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "%s must be of 1 to %d small letters and digits, with single hyphens or underscores between them, was %s"
              .formatted(what, LONGEST, name == null ? "null" : shown(name)));
    }
    return name;
  }

  /** Returns the text that was given as a name, shortened to one line for a message. */
  public static String shown(String written) {
    String cut = written.length() > SHOWN ? written.substring(0, SHOWN) + "..." : written;
    return CONTROL.matcher(cut).replaceAll("?");
  }
}
