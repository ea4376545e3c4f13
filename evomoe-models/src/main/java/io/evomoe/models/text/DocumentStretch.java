package io.evomoe.models.text;

import io.evomoe.models.text.source.DocumentReader;

/** A range of one document among several. */
final class DocumentStretch implements DocumentReader {
  private final StringBuilder stretch = new StringBuilder();
  private final int wanted;
  private final long from;
  private final long to;
  private int document;
  private long place;

  private DocumentStretch(int wanted, long from, long to) {
    this.wanted = wanted;
    this.from = from;
    this.to = to;
  }

  /**
   * Reads a range.
   *
   * @param document its index
   * @param from first char
   * @param to end, exclusive; the document may be shorter
   */
  static String of(Documents documents, int document, long from, long to) {
    DocumentStretch reader = new DocumentStretch(document, from, to);
    documents.read(reader);
    return reader.stretch.toString();
  }

  @Override
  public void part(String text) {
    if (document == wanted) {
      int begin = (int) Math.min(Math.max(from - place, 0), text.length());
      int end = (int) Math.min(Math.max(to - place, begin), text.length());
      stretch.append(text, begin, end);
      place += text.length();
    }
  }

  @Override
  public void end() {
    document++;
  }
}
