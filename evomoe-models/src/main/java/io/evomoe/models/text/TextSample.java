package io.evomoe.models.text;

import io.evomoe.models.text.source.DocumentReader;
import java.util.ArrayList;
import java.util.List;

/**
 * A sample of a long text, for learning a vocabulary: ranges evenly spread over all documents, cut
 * between words if there are spaces.
 */
final class TextSample implements DocumentReader {
  static final int STRETCHES = 1 << 12;
  static final int STRETCH = 1 << 12;

  /** Number of characters in which a space is searched. */
  private static final int SLACK = 256;

  private final List<String> taken = new ArrayList<>();
  private final long period;
  private final int stretch;

  /** The document's text from {@code start} on that the next range may need. */
  private final StringBuilder text = new StringBuilder();

  private int start;
  private int length;
  private long offset;
  private long next;

  private TextSample(long period, int stretch) {
    this.period = period;
    this.stretch = stretch;
  }

  /**
   * Returns the documents unchanged if they have at most this many characters; else approximately
   * as many in {@link #STRETCHES} ranges.
   *
   * @param size at least {@link #STRETCHES}
   */
  static List<String> of(Documents documents, int size) {
    if (documents.length() <= size) {
      return TextCorpus.of(documents).documents();
    }
    TextSample sample = new TextSample(documents.length() / STRETCHES, size / STRETCHES);
    documents.read(sample);
    return sample.taken;
  }

  @Override
  public void part(String part) {
    text.append(part);
    length += part.length();
    while (next + stretch + SLACK + 1 < offset + length) {
      take();
    }
    int kept = (int) Math.min(Math.max(next - 1 - offset, start), length);
    text.delete(0, kept - start);
    start = kept;
  }

  @Override
  public void end() {
    while (next < offset + length) {
      take();
    }
    // A range may continue in further documents.
    offset += length;
    if (next > 0 && next - period + stretch > offset) {
      next -= period;
    }
    text.setLength(0);
    start = 0;
    length = 0;
  }

  /** Takes the document's part of the next range; each range begins at a multiple of the period. */
  private void take() {
    int from = cut(next - offset);
    int to = cut(next + stretch - offset);
    if (from < to) {
      taken.add(text.substring(from - start, to - start));
    }
    next += period;
  }

  /** Returns the first cut from a place on, which may be outside of the document. */
  private int cut(long place) {
    if (place <= 0) {
      return 0;
    }
    return place >= length ? length : start + TextPieces.end(text, (int) place - start, 0, SLACK);
  }
}
