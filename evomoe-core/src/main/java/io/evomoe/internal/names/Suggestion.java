package io.evomoe.internal.names;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Suggests a known name for a mistyped one. */
public final class Suggestion {
  /** Letters per allowed mistake: one letter in three may be wrong. */
  private static final int LETTERS_A_MISTAKE = 3;

  private Suggestion() {}

  /**
   * Returns the end of a message that rejects a name: {@code "; did you mean switch?"}. It is empty
   * if no known name is close.
   */
  public static String text(String written, Collection<String> known) {
    return of(written, known).map(name -> "; did you mean " + name + "?").orElse("");
  }

  /**
   * Returns the closest known name, if one is close. Up to one letter in three may be missing,
   * added, wrong or swapped with its neighbour. Case, hyphens and underscores are ignored. A dotted
   * name is also close to its last parts: {@code steps} to {@code training.steps}.
   *
   * @param known names; the first of several equally close ones is returned
   */
  public static Optional<String> of(String written, Collection<String> known) {
    String asked = plain(written);
    String closest = null;
    int least = asked.length() / LETTERS_A_MISTAKE + 1;
    for (String name : known) {
      int mistakes = mistakes(asked, plain(name), least);
      if (mistakes < least) {
        least = mistakes;
        closest = name;
      }
    }
    return Optional.ofNullable(closest);
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
  }

  private static int mistakes(String asked, String name, int most) {
    int least = most;
    for (String rest = name; true; rest = rest.substring(rest.indexOf('.') + 1)) {
      if (Math.abs(rest.length() - asked.length()) < least) {
        least = Math.min(least, distance(asked, rest));
      }
      if (rest.indexOf('.') < 0) {
        return least;
      }
    }
  }

  /** Returns the number of letters to insert, delete, replace or swap with their neighbour. */
  private static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        d[i][j] = i == 0 || j == 0 ? i + j : step(a, b, i, j, d);
      }
    }
    return d[a.length()][b.length()];
  }

  private static int step(String a, String b, int i, int j, int[][] d) {
    int replaced = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
    int least = Math.min(replaced, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
    boolean swapped =
        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    return swapped ? Math.min(least, d[i - 2][j - 2] + 1) : least;
  }
}
