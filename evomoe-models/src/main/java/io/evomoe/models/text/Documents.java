package io.evomoe.models.text;

import io.evomoe.models.text.source.DocumentReader;

/** Documents in their order, none blank. They can be read repeatedly, and need not be in memory. */
public interface Documents {

  /** Returns the name of their source, for messages. */
  String name();

  /** Returns the number of documents, at least 1. By default it reads them all. */
  default int count() {
    return DocumentIndex.of(this).size();
  }

  /** Returns the length of all documents, in chars. By default it reads them all. */
  default long length() {
    DocumentIndex index = DocumentIndex.of(this);
    long length = 0;
    for (int document = 0; document < index.size(); document++) {
      length += index.chars(document);
    }
    return length;
  }

  /**
   * Reads all documents from the first on.
   *
   * @throws IllegalArgumentException if they cannot be read, or have changed
   */
  void read(DocumentReader reader);
}
