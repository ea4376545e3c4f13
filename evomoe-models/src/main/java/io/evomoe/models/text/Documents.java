package io.evomoe.models.text;

import io.evomoe.models.text.source.DocumentReader;
import java.util.List;

/** Documents in their order, none blank. They can be read repeatedly, and need not be in memory. */
public interface Documents {

  /** Returns the name of their source, for messages. */
  String name();

  /** Returns the number of documents. */
  int count();

  /** Returns the length of all documents, in chars. */
  long length();

  /**
   * Returns a sample to learn a vocabulary from; by default it reads all documents. It has at most
   * 2^24 characters. Of a longer text, it has ranges of about 4096 characters, evenly spread. The
   * same text gives the same sample.
   */
  default List<String> sample() {
    TextSample sample = new TextSample();
    read(sample);
    return sample.texts(document -> true);
  }

  /**
   * Reads all documents from the first on.
   *
   * @throws IllegalArgumentException if they cannot be read, or have changed
   */
  void read(DocumentReader reader);
}
