package io.evomoe.models.text.source;

/** Receives documents one after another, each in parts. */
public interface DocumentReader {

  /**
   * Called with the next part of the document.
   *
   * @param text not empty; does not end inside a surrogate pair
   */
  void part(String text);

  /** Called at the end of the document. */
  void end();
}
