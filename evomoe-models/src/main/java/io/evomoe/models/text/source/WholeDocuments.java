package io.evomoe.models.text.source;

import java.util.function.Consumer;

/** Puts documents together from their parts, for those who want them whole. */
final class WholeDocuments implements DocumentReader {
  private final Consumer<String> taker;
  private final StringBuilder document = new StringBuilder();

  WholeDocuments(Consumer<String> taker) {
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
