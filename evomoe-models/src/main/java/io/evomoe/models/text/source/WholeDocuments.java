package io.evomoe.models.text.source;

import java.util.function.Consumer;

/** Joins the parts of documents. */
public final class WholeDocuments implements DocumentReader {
  private final Consumer<String> taker;
  private final StringBuilder document = new StringBuilder();

  /** Creates a reader; {@code taker} receives each document. */
  public WholeDocuments(Consumer<String> taker) {
    this.taker = taker;
  }

  @Override
  public void part(String text) {
    document.append(text);
  }

  @Override
  public void end() {
    taker.accept(document.toString());
    document.setLength(0);
  }
}
