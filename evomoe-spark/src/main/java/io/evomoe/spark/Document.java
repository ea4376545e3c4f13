package io.evomoe.spark;

import java.io.Serializable;
import java.util.Comparator;

/**
 * A document and where it stands.
 *
 * @param source number of the source it is from
 * @param index number in the training parts of all sources, one after another
 * @param text of it
 */
record Document(int source, long index, String text) implements Serializable {
  static final Comparator<Document> ORDER =
      Comparator.comparingInt(Document::source).thenComparingLong(Document::index);
}
