package io.evomoe.models.text;

import java.util.BitSet;
import java.util.Optional;
import java.util.stream.IntStream;

/** Documents in two parts: kept and taken. One document may be cut for that. */
final class DocumentSplit {
  private final Documents documents;
  private final DocumentIndex index;
  private final DocumentUnits units;
  private final BitSet taken = new BitSet();
  private final BitSet left = new BitSet();
  private final BitSet cut = new BitSet();
  private TextCut where = TextCut.NOWHERE;

  private DocumentSplit(Documents documents, DocumentIndex index, long seed) {
    this.documents = documents;
    this.index = index;
    this.units = DocumentUnits.of(index, seed);
  }

  /** Divides documents. */
  static TextSides of(Documents documents, HeldOut heldOut) {
    return of(documents, DocumentIndex.of(documents), heldOut);
  }

  /** Divides documents with a known index. */
  static TextSides of(Documents all, DocumentIndex index, HeldOut heldOut) {
    String name = all.name();
    if (heldOut.rule() == HeldOut.Rule.SPREAD) {
      return TextSides.of(SpreadRule.divide(TextCorpus.of(all), heldOut.validShare()));
    }
    DocumentSplit valid = new DocumentSplit(all, index, heldOut.validSeed());
    valid.take(heldOut.validShare(), heldOut.validSeed(), oneWord(name));
    Documents rest = valid.left("training part of " + name);
    Documents measured = valid.taken("validation part of " + name);
    if (heldOut.testShare() == 0) {
      return new TextSides(rest, measured, Optional.empty());
    }
    IllegalArgumentException tooShort =
        new IllegalArgumentException(name + " is too short for a test part as well");
    DocumentSplit test = new DocumentSplit(rest, DocumentIndex.of(rest), heldOut.testSeed());
    test.take(heldOut.testShareOfRest(), heldOut.testSeed(), tooShort);
    return new TextSides(
        test.left("training part of " + name),
        measured,
        Optional.of(test.taken("test part of " + name)));
  }

  static IllegalArgumentException oneWord(String name) {
    return new IllegalArgumentException(
        name + " is one word only, so no part of it can be held out");
  }

  private void take(double share, long seed, IllegalArgumentException tooShort) {
    long[] lengths = units.lengths();
    ProportionalSample.Sample sample =
        ProportionalSample.of(lengths, new int[lengths.length], share, seed);
    BitSet whole = sample.taken();
    int undecided = sample.undecided();
    if (undecided >= 0) {
      int document = units.first(undecided);
      double slack = ProportionalSample.LONG * index.allBytes() / index.bytes(document);
      where = TextCut.near(documents, document, index.chars(document), 1 - sample.part(), slack);
      if (where.equals(TextCut.NOWHERE)) {
        boolean leavesOthers = whole.cardinality() + 1 < lengths.length;
        if (leavesOthers && (whole.isEmpty() || sample.whole())) {
          whole.set(undecided);
        } else if (whole.isEmpty()) {
          throw tooShort;
        }
      }
    }
    for (int document = 0; document < index.size(); document++) {
      int unit = units.of(document);
      boolean isCut = unit == undecided && !where.equals(TextCut.NOWHERE);
      (isCut ? cut : whole.get(unit) ? taken : left).set(document);
    }
  }

  private Documents left(String name) {
    long parts = (long) cut.cardinality() * where.end();
    return new SelectedDocuments(name, documents, left, cut, 0, where.end(), chars(left) + parts);
  }

  private Documents taken(String name) {
    int end = cut.isEmpty() ? 0 : index.chars(cut.nextSetBit(0));
    long parts = (long) cut.cardinality() * (end - where.begin());
    return new SelectedDocuments(
        name, documents, taken, cut, where.begin(), end, chars(taken) + parts);
  }

  private long chars(BitSet chosen) {
    return IntStream.range(0, index.size()).filter(chosen::get).mapToLong(index::chars).sum();
  }
}
