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

  /** Returns the exception that rejects a name of a field, with the known names. */
  public static IllegalArgumentException unknown(
      String field, String written, Collection<String> known) {
    return new IllegalArgumentException(
        "%s must be one of %s, was %s%s".formatted(field, known, written, text(written, known)));
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
      int mistakes = mistakes(asked, plain(name));
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

  /** Returns the mistakes in a name, or in its last parts if these have fewer. */
  private static int mistakes(String asked, String name) {
    int whole = distance(asked, name);
    int dot = name.indexOf('.');
    return dot < 0 ? whole : Math.min(whole, mistakes(asked, name.substring(dot + 1)));
  }

  /** Returns the number of letters to insert, delete, replace or swap with their neighbour. */
  private static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int replaced = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        d[i][j] = Math.min(replaced, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
        if (i > 1 && j > 1 && isSwapped(a, i, b, j)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }

  private static boolean isSwapped(String a, int i, String b, int j) {
    return a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
  }
}
