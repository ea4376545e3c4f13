package io.evomoe.models.text.source;

import java.util.function.Consumer;

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

  /** Returns a reader that joins the parts, and passes on each document. */
  static DocumentReader whole(Consumer<String> taker) {
    StringBuilder document = new StringBuilder();
    return new DocumentReader() {
      @Override
      public void part(String text) {
        document.append(text);
      }

      @Override
      public void end() {
        taker.accept(document.toString());
        document.setLength(0);
      }
    };
  }
}
