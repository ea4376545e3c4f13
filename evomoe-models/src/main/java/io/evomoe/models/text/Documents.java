package io.evomoe.models.text;

import io.evomoe.models.text.source.DocumentReader;

/**
 * Documents in their order, none blank. They can be read again and again, and need not be in memory
 * meanwhile.
 */
public interface Documents {

  /** Where they come from, for messages. */
  String name();

  /** Number of documents, at least 1. */
  int count();

  /** Length of all documents, in chars. */
  long length();

  /**
   * Reads all documents from the first on.
   *
   * @throws IllegalArgumentException if they cannot be read, or are not what they were
   */
  void read(DocumentReader reader);
}
