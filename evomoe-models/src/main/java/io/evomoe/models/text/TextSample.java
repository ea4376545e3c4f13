package io.evomoe.models.text;

import io.evomoe.models.text.source.DocumentReader;
import java.util.ArrayList;
import java.util.List;

/**
 * A part of a long text, for learning a vocabulary: stretches that are evenly spread over all
 * documents, cut between words where there are spaces.
 */
final class TextSample implements DocumentReader {
  static final int STRETCHES = 1 << 12;
  static final int STRETCH = 1 << 12;

  /** Characters in which a space is looked for. */
  private static final int SLACK = 256;

  private final List<String> taken = new ArrayList<>();
  private final long period;
  private final int stretch;

  /** Of the document, from {@code start} on, what the next stretch may have. */
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
   * The documents as they are if they have no more than so many characters; else about as many in
   * {@link #STRETCHES} stretches.
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
    // A stretch may reach into further documents.
    offset += length;
    if (next > 0 && next - period + stretch > offset) {
      next -= period;
    }
    text.setLength(0);
    start = 0;
    length = 0;
  }

  /** What the document has of the next stretch; each begins at a multiple of the period. */
  private void take() {
    int from = cut(next - offset);
    int to = cut(next + stretch - offset);
    if (from < to) {
      taken.add(text.substring(from - start, to - start));
    }
    next += period;
  }

  /** The first cut from a place on that may be outside of the document. */
  private int cut(long place) {
    if (place <= 0) {
      return 0;
    }
    return place >= length ? length : start + TextPieces.end(text, (int) place - start, 0, SLACK);
  }
}
