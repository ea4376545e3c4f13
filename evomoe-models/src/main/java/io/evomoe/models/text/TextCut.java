package io.evomoe.models.text;

import io.evomoe.models.text.source.DocumentReader;
import java.text.BreakIterator;
import java.util.Locale;

/**
 * Where a document may be cut in two, in chars.
 *
 * @param end of the first part, at least 1; white space behind it is dropped
 * @param begin of the second part
 */
record TextCut(int end, int begin) {
  /** There is no such place. */
  static final TextCut NOWHERE = new TextCut(0, 0);

  /** Chars on each side of the place that are looked at, and more only if there is no cut there. */
  private static final int REACH = 1 << 24;

  /**
   * The beginning of the line nearest to a place, or, where none is near enough, of the word (in
   * scripts without spaces, of what may begin a line).
   *
   * @param document its number
   * @param length of it, in chars
   * @param part of the text before the cut, in (0, 1)
   * @param slack how far from it a line may begin, as a part of the text
   * @return a place that leaves neither part blank, or {@link #NOWHERE}
   */
  static TextCut near(Documents documents, int document, int length, double part, double slack) {
    return near(documents, document, length, part, slack, REACH);
  }

  /** The same with another reach. */
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

  /** Of two places the nearer one that leaves something on both sides; 0 if none does. */
  private static int nearest(int wanted, int before, int after, int first, int last) {
    boolean hasBefore = before > first && before < last;
    boolean hasAfter = after > first && after < last;
    if (hasBefore && hasAfter) {
      return wanted - before < after - wanted ? before : after;
    }
    return hasBefore ? before : hasAfter ? after : 0;
  }

  /** How much white space a document begins with, and where its last word ends. */
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
