package io.evomoe.spark;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The reason for a failure on a cluster, in one line. */
final class Reasons {
  private static final Pattern EXCEPTION =
      Pattern.compile(
          "(?:java\\.\\S+?|org\\.apache\\.spark\\.\\S+?|io\\.evomoe\\.\\S+?)Exception: ");

  private Reasons() {}

  /** Returns the first line, beginning at the last exception that it names. */
  static String of(Throwable e) {
    String line =
        String.valueOf(e.getMessage()).lines().findFirst().orElse(e.getClass().getSimpleName());
    Matcher named = EXCEPTION.matcher(line);
    int from = 0;
    while (named.find()) {
      from = named.end();
    }
    return line.substring(from);
  }
}
