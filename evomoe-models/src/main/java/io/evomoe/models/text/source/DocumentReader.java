package io.evomoe.models.text.source;

/** Is told documents one after another, each in parts. */
public interface DocumentReader {

  /**
   * The next part of the document.
   *
   * @param text not empty; does not end inside a surrogate pair
   */
  void part(String text);

  /** The document has ended. */
  void end();
}
