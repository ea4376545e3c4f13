package io.evomoe.models.text;

import io.evomoe.models.text.HeldOut.Unit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Documents in two: those that stay, and those that are taken; one may be cut for that. */
final class DocumentSplit {
  private final List<String> left = new ArrayList<>();
  private final List<String> taken = new ArrayList<>();

  private DocumentSplit(List<String> documents, Set<String> whole, String cutText, int cut) {
    for (String document : documents) {
      if (document.equals(cutText)) {
        left.add(document.substring(0, cut).stripTrailing());
        taken.add(document.substring(cut));
      } else {
        (whole.contains(document) ? taken : left).add(document);
      }
    }
  }

  /** Divides a corpus. */
  static TextSplit of(TextCorpus corpus, HeldOut heldOut) {
    if (heldOut.rule() == HeldOut.Rule.SPREAD) {
      return spread(corpus, heldOut.validShare());
    }
    DocumentSplit valid =
        take(corpus.documents(), heldOut.validShare(), heldOut.validSeed(), oneWord(corpus));
    if (heldOut.testShare() == 0) {
      return new TextSplit(
          training(corpus, valid.left), heldOut(corpus, valid.taken), Optional.empty());
    }
    IllegalArgumentException tooShort =
        new IllegalArgumentException(corpus.name() + " is too short for a test part as well");
    DocumentSplit test = take(valid.left, heldOut.testShareOfRest(), heldOut.testSeed(), tooShort);
    return new TextSplit(
        training(corpus, test.left),
        heldOut(corpus, valid.taken),
        Optional.of(new TextCorpus("test part of " + corpus.name(), test.taken)));
  }

  private static TextSplit spread(TextCorpus corpus, double share) {
    List<String> documents = corpus.documents();
    if (documents.stream().distinct().count() == 1) {
      return SpreadRule.cut(corpus, share);
    }
    Set<String> valid = SpreadRule.choose(units(documents), share);
    DocumentSplit split = new DocumentSplit(documents, valid, "", 0);
    return new TextSplit(training(corpus, split.left), heldOut(corpus, split.taken));
  }

  private static TextCorpus training(TextCorpus corpus, List<String> documents) {
    return new TextCorpus("training part of " + corpus.name(), documents);
  }

  private static TextCorpus heldOut(TextCorpus corpus, List<String> documents) {
    return new TextCorpus("held-out part of " + corpus.name(), documents);
  }

  static IllegalArgumentException oneWord(TextCorpus corpus) {
    return new IllegalArgumentException(
        corpus.name() + " is one word only, so no part of it can be held out");
  }

  private static DocumentSplit take(
      List<String> documents, double share, long seed, IllegalArgumentException tooShort) {
    ProportionalSample.Sample sample = ProportionalSample.of(units(documents), share, seed);
    Set<String> whole = new HashSet<>(sample.taken());
    if (sample.undecided().isEmpty()) {
      return new DocumentSplit(documents, whole, "", 0);
    }
    String text = sample.undecided().get().text();
    double slack = ProportionalSample.LONG * length(documents) / Utf8Text.length(text);
    int cut = TextCut.near(text, 1 - sample.part(), slack);
    if (cut == 0) {
      boolean leavesOthers =
          documents.stream().anyMatch(d -> !d.equals(text) && !whole.contains(d));
      if (leavesOthers && (whole.isEmpty() || sample.whole())) {
        whole.add(text);
      } else if (whole.isEmpty()) {
        throw tooShort;
      }
    }
    return new DocumentSplit(documents, whole, cut == 0 ? "" : text, cut);
  }

  private static long length(List<String> documents) {
    return documents.stream().mapToLong(Utf8Text::length).sum();
  }

  private static List<Unit> units(List<String> documents) {
    return documents.stream().map(document -> Unit.of(document, "", document)).toList();
  }
}
