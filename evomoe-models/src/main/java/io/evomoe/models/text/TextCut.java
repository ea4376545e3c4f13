package io.evomoe.models.text;

import io.evomoe.models.text.source.DocumentReader;
import java.text.BreakIterator;
import java.util.Locale;

/**
 * A place to cut a document in two, in chars.
 *
 * @param end of the first part, at least 1; white space after it is dropped
 * @param begin of the second part
 */
record TextCut(int end, int begin) {
  /** No place found. */
  static final TextCut NOWHERE = new TextCut(0, 0);

  /** Chars searched on each side of the place; more only if there is no cut there. */
  private static final int REACH = 1 << 24;

  /**
   * Finds the beginning of the line nearest to a place, or, if none is near enough, of the nearest
   * word. In scripts without spaces, it is a place where a line may begin.
   *
   * @param document its index
   * @param length of it, in chars
   * @param part of the text before the cut, in (0, 1)
   * @param slack maximum distance of a line's beginning, as a share of the text
   * @return a place that leaves neither part blank, or {@link #NOWHERE}
   */
  static TextCut near(Documents documents, int document, int length, double part, double slack) {
    return near(documents, document, length, part, slack, REACH);
  }

  /** Finds a place with another search range. */
  static TextCut near(
      Documents documents, int document, int length, double part, double slack, int firstReach) {
    Margins margins = new Margins(document);
    documents.read(margins);
    int first = margins.leading;
    int last = margins.last;
    int wanted = Math.min(Math.max((int) Math.round(part * length), first + 1), last);
    double near = slack * length;
    for (long reach = Math.max(firstReach, (long) near + 2); ; reach *= 4) {
      int from = (int) Math.max(wanted - reach, 0);
      int to = (int) Math.min(wanted + reach, length);
      String text = DocumentStretch.of(documents, document, from, to);
      int cut =
          near(
              text,
              wanted - from,
              near,
              Math.max(first - from, 0),
              Math.min(last - from, text.length()));
      int end = text.substring(0, cut).stripTrailing().length();
      if (end > 0) {
        return new TextCut(from + end, from + cut);
      }
      if (from == 0 && to == length) {
        return NOWHERE;
      }
    }
  }

  private static int near(String text, int wanted, double near, int first, int last) {
    int line =
        nearest(
            wanted, text.lastIndexOf('\n', wanted - 1) + 1, lineAfter(text, wanted), first, last);
    if (line > 0 && Math.abs(line - wanted) <= near) {
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

  /** Returns the nearer of two places that leaves text on both sides; 0 if none does. */
  private static int nearest(int wanted, int before, int after, int first, int last) {
    boolean hasBefore = before > first && before < last;
    boolean hasAfter = after > first && after < last;
    if (hasBefore && hasAfter) {
      return wanted - before < after - wanted ? before : after;
    }
    return hasBefore ? before : hasAfter ? after : 0;
  }

  /** The leading white space of a document, and the end of its last word. */
  private static final class Margins implements DocumentReader {
    private final int wanted;
    private int document;
    private int place;
    private int leading;
    private int last;

    private Margins(int wanted) {
      this.wanted = wanted;
    }

    @Override
    public void part(String text) {
      if (document != wanted) {
        return;
      }
      if (last == 0) {
        leading += text.length() - text.stripLeading().length();
      }
      int kept = text.stripTrailing().length();
      last = kept > 0 ? place + kept : last;
      place += text.length();
    }

    @Override
    public void end() {
      document++;
    }
  }
}
