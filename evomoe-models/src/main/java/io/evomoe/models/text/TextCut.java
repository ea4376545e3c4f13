package io.evomoe.models.text;

import java.text.BreakIterator;
import java.util.Locale;

/** Where a text may be cut in two. */
final class TextCut {
  private TextCut() {}

  /**
   * The beginning of the line nearest to a place, or, where none is near enough, of the word (in
   * scripts without spaces, of what may begin a line).
   *
   * @param part of the text before the cut, in (0, 1)
   * @param slack how far from it a line may begin, as a part of the text
   * @return where the second part begins, neither part being blank; 0 if there is no such place
   */
  static int near(String text, double part, double slack) {
    int first = text.length() - text.stripLeading().length();
    int last = text.stripTrailing().length();
    int wanted = Math.min(Math.max((int) Math.round(part * text.length()), first + 1), last);
    int line =
        nearest(
            wanted, text.lastIndexOf('\n', wanted - 1) + 1, lineAfter(text, wanted), first, last);
    if (line > 0 && Math.abs(line - wanted) <= slack * text.length()) {
      return line;
    }
    BreakIterator words = BreakIterator.getLineInstance(Locale.ROOT);
    words.setText(text);
    int before = words.isBoundary(wanted) ? wanted : words.preceding(wanted);
    return nearest(wanted, before, words.following(wanted - 1), first, last);
  }

  private static int lineAfter(String text, int from) {
    int end = text.indexOf('\n', from);
    return end < 0 ? text.length() : end + 1;
  }

  /** Of two places the nearer one that leaves something on both sides; 0 if none does. */
  private static int nearest(int wanted, int before, int after, int first, int last) {
    boolean hasBefore = before > first && before < last;
    boolean hasAfter = after > first && after < last;
    if (hasBefore && hasAfter) {
      return wanted - before < after - wanted ? before : after;
    }
    return hasBefore ? before : hasAfter ? after : 0;
  }
}
