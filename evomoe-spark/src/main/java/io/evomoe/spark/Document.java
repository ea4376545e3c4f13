package io.evomoe.spark;

import java.io.Serializable;
import java.util.Comparator;

/**
 * A document and its place.
 *
 * @param source index of its source
 * @param index index in the training parts of all sources, one after another
 * @param text its text
 */
record Document(int source, long index, String text) implements Serializable {
  static final Comparator<Document> ORDER =
      Comparator.comparingInt(Document::source).thenComparingLong(Document::index);
}
