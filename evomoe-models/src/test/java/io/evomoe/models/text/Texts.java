package io.evomoe.models.text;

import io.evomoe.models.text.source.DocumentReader;
import java.util.ArrayList;
import java.util.List;

/** Documents in memory. */
final class Texts {
  private Texts() {}

  static List<String> of(Documents documents) {
    List<String> texts = new ArrayList<>();
    documents.read(DocumentReader.whole(texts::add));
    return texts;
  }
}
