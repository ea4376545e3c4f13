package io.evomoe.models.text;

import io.evomoe.models.text.source.DocumentReader;

/** Documents in their order, none blank. They can be read repeatedly, and need not be in memory. */
public interface Documents {

  /** Returns the name of their source, for messages. */
  String name();

  /** Returns the number of documents, at least 1. */
  int count();

  /** Returns the length of all documents, in chars. */
  long length();

  /**
   * Reads all documents from the first on.
   *
   * @throws IllegalArgumentException if they cannot be read, or have changed
   */
  void read(DocumentReader reader);
}
