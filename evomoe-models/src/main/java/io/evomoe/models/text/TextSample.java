package io.evomoe.models.text;

import java.util.ArrayList;
import java.util.List;

/**
 * A part of a long text, for learning a vocabulary: stretches that are evenly spread over all
 * documents, cut between words where there are spaces.
 */
final class TextSample {
  static final int STRETCHES = 1 << 12;
  static final int STRETCH = 1 << 12;

  /** Characters in which a space is looked for. */
  private static final int SLACK = 256;

  private final List<String> taken = new ArrayList<>();
  private final long period;
  private final int stretch;

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
  static List<String> of(List<String> documents, int size) {
    long length = documents.stream().mapToLong(String::length).sum();
    if (length <= size) {
      return documents;
    }
    TextSample sample = new TextSample(length / STRETCHES, size / STRETCHES);
    long at = 0;
    for (String document : documents) {
      sample.take(document, at);
      at += document.length();
    }
    return sample.taken;
  }

  /** What a document has of the stretches, each of which begins at a multiple of the period. */
  private void take(String document, long offset) {
    long first = offset / period * period;
    for (long begin = first; begin < offset + document.length(); begin += period) {
      int from = cut(document, begin - offset);
      int to = cut(document, begin + stretch - offset);
      if (from < to) {
        taken.add(document.substring(from, to));
      }
    }
  }

  /** The first cut from a place on that may be outside of the document. */
  private static int cut(String document, long place) {
    if (place <= 0) {
      return 0;
    }
    return place >= document.length()
        ? document.length()
        : TextPieces.end(document, (int) place, 0, SLACK);
  }
}
