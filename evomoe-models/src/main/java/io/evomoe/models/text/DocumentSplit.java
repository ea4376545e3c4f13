package io.evomoe.models.text;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** The two ways to hold text out. */
final class DocumentSplit {

  private DocumentSplit() {}

  static TextSplit byDocuments(TextCorpus corpus, double validShare) {
    List<String> documents = corpus.documents();
    Set<String> valid = HeldOut.choose(documents, validShare, Set.of(documents.get(0)));
    return new TextSplit(
        part(corpus, "training part of ", document -> !valid.contains(document)),
        part(corpus, "held-out part of ", valid::contains));
  }

  /** Cuts every document, all of which are equal. */
  static TextSplit byWords(TextCorpus corpus, double validShare) {
    String document = corpus.documents().get(0).strip();
    int cut = cut(document, (int) Math.round((1 - validShare) * document.length()));
    if (cut < 0) {
      throw new IllegalArgumentException(
          corpus.name() + " is one word only, so no part of it can be held out");
    }
    int copies = corpus.documents().size();
    return new TextSplit(
        copies(copies, "training part of " + corpus.name(), document.substring(0, cut).strip()),
        copies(copies, "held-out part of " + corpus.name(), document.substring(cut).strip()));
  }

  /** The white space inside {@code document} nearest before {@code wanted}, else after; or -1. */
  private static int cut(String document, int wanted) {
    for (int i = Math.min(wanted, document.length() - 1); i > 0; i--) {
      if (Character.isWhitespace(document.charAt(i))) {
        return i;
      }
    }
    for (int i = Math.max(wanted, 1); i < document.length(); i++) {
      if (Character.isWhitespace(document.charAt(i))) {
        return i;
      }
    }
    return -1;
  }

  private static TextCorpus part(TextCorpus corpus, String prefix, Predicate<String> side) {
    List<String> documents = corpus.documents().stream().filter(side).toList();
    return new TextCorpus(prefix + corpus.name(), documents);
  }

  private static TextCorpus copies(int copies, String name, String document) {
    return new TextCorpus(name, Collections.nCopies(copies, document));
  }
}
