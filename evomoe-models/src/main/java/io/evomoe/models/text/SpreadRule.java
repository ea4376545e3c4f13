package io.evomoe.models.text;

import io.evomoe.models.text.HeldOut.Unit;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** {@link HeldOut.Rule#SPREAD}, kept for existing runs. */
final class SpreadRule {
  private SpreadRule() {}

  /**
   * Goes through the texts and takes one if the total with it stays below its share of the texts
   * passed. If none is short enough, the shortest is taken. The first text of each stratum stays.
   *
   * @return none only if all texts stay
   */
  static Set<String> choose(List<Unit> units, double share) {
    Set<String> kept = firsts(units);
    Set<String> seen = new HashSet<>();
    Set<String> taken = new HashSet<>();
    double all = 0;
    double held = 0;
    String shortest = "";
    for (Unit unit : units) {
      String text = unit.text();
      if (seen.add(text)) {
        all += text.length();
        if (!kept.contains(text)) {
          if (held + text.length() <= share * all) {
            taken.add(text);
            held += text.length();
          }
          boolean shorter = shortest.isEmpty() || text.length() <= shortest.length();
          shortest = shorter ? text : shortest;
        }
      }
    }
    if (taken.isEmpty() && !shortest.isEmpty()) {
      taken.add(shortest);
    }
    return Set.copyOf(taken);
  }

  private static Set<String> firsts(List<Unit> units) {
    Set<String> strata = new HashSet<>();
    Set<String> firsts = new HashSet<>();
    for (Unit unit : units) {
      if (strata.add(unit.stratum())) {
        firsts.add(unit.text());
      }
    }
    return firsts;
  }

  /** Divides documents. */
  static TextSplit divide(TextCorpus corpus, double share) {
    List<String> documents = corpus.documents();
    if (documents.stream().distinct().count() == 1) {
      return cut(corpus, share);
    }
    Set<String> taken =
        choose(documents.stream().map(text -> Unit.of(text, "", text)).toList(), share);
    return new TextSplit(
        new TextCorpus(
            "training part of " + corpus.name(),
            documents.stream().filter(document -> !taken.contains(document)).toList()),
        new TextCorpus(
            "validation part of " + corpus.name(),
            documents.stream().filter(taken::contains).toList()));
  }

  /** Cuts every document at white space; all documents are equal. */
  private static TextSplit cut(TextCorpus corpus, double validShare) {
    String document = corpus.documents().get(0).strip();
    int cut = place(document, (int) Math.round((1 - validShare) * document.length()));
    if (cut < 0) {
      throw DocumentSplit.oneWord(corpus.name());
    }
    int copies = corpus.documents().size();
    return new TextSplit(
        copies(copies, "training part of " + corpus.name(), document.substring(0, cut).strip()),
        copies(copies, "validation part of " + corpus.name(), document.substring(cut).strip()));
  }

  /**
   * Returns the white space inside {@code document} nearest before {@code wanted}, else after; or
   * -1.
   */
  private static int place(String document, int wanted) {
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

  private static TextCorpus copies(int copies, String name, String document) {
    return new TextCorpus(name, Collections.nCopies(copies, document));
  }
}
