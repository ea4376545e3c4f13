package io.evomoe.models.text;

import io.evomoe.models.text.HeldOut.Unit;
import io.evomoe.models.text.source.DocumentReader;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import java.util.regex.Pattern;

/**
 * Paragraphs of a cut text that occur in pieces for training and in other pieces, which leave them
 * out. Equal letters count ({@link TextHash}); memory holds hashes of the other pieces only.
 */
final class RepeatedParagraphs {
  private static final Pattern BETWEEN = Pattern.compile("\\n\\s*\\n");

  private final Set<Long> hashes = new HashSet<>();
  private int leftOut;

  /**
   * Finds the paragraphs. Pieces without other paragraphs become pieces for training.
   *
   * @param pieces passes the pieces to a reader, each as one part
   * @param units the pieces, whose lengths are changed
   * @param sets the pieces of each set, which are changed
   */
  RepeatedParagraphs(Consumer<DocumentReader> pieces, List<Unit> units, Split<BitSet> sets) {
    BitSet train = sets.train();
    Set<Long> others = new HashSet<>();
    each(
        pieces,
        (text, piece) -> {
          if (!train.get(piece)) {
            others.addAll(hashes(text));
          }
        });
    each(
        pieces,
        (text, piece) -> {
          if (train.get(piece)) {
            hashes(text).stream().filter(others::contains).forEach(hashes::add);
          }
        });
    if (hashes.isEmpty()) {
      return;
    }
    BitSet whole = new BitSet();
    each(
        pieces,
        (text, piece) -> {
          if (!train.get(piece)) {
            String kept = without(text);
            leftOut += (int) hashes(text).stream().filter(hashes::contains).count();
            whole.set(piece, kept.isEmpty());
            if (!kept.isEmpty()) {
              units.set(piece, new Unit(0, 0, kept.length(), ""));
            }
          }
        });
    train.or(whole);
    sets.valid().andNot(whole);
    sets.test().ifPresent(test -> test.andNot(whole));
  }

  private static void each(Consumer<DocumentReader> pieces, ObjIntConsumer<String> taker) {
    int[] next = {0};
    pieces.accept(DocumentReader.whole(text -> taker.accept(text, next[0]++)));
  }

  /** Returns the hashes of the paragraphs with enough letters. */
  private static List<Long> hashes(String text) {
    return BETWEEN
        .splitAsStream(text)
        .map(paragraph -> new TextHash().add(paragraph))
        .filter(TextHash::hasLetters)
        .map(TextHash::value)
        .toList();
  }

  /** Returns the number of paragraphs that are left out. */
  int leftOut() {
    return leftOut;
  }

  /** Returns a piece without the paragraphs. */
  String without(String text) {
    if (hashes.isEmpty()) {
      return text;
    }
    List<String> kept = new ArrayList<>();
    for (String paragraph : BETWEEN.split(text, -1)) {
      TextHash hash = new TextHash().add(paragraph);
      if (!hash.hasLetters() || !hashes.contains(hash.value())) {
        kept.add(paragraph);
      }
    }
    return String.join("\n\n", kept);
  }
}
