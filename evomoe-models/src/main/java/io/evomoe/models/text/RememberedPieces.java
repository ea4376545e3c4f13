package io.evomoe.models.text;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Encodes texts piece by piece ({@link TextPieces}) and caches the tokens of short pieces, most of
 * which are repeated words. The cache affects only the time. Thread-safe.
 */
final class RememberedPieces {
  /** Longer pieces are seldom repeated. */
  private static final int LONGEST = 32;

  /** Each piece has one slot, which keeps the latest. */
  private static final int PLACES = 1 << 17;

  private static final class Piece {
    private final String text;
    private final int[] ids;

    private Piece(String text, int[] ids) {
      this.text = text;
      this.ids = ids;
    }
  }

  private final Function<String, int[]> encoder;
  private final @Nullable Piece[] remembered = new Piece[PLACES];

  /**
   * Creates an empty cache.
   *
   * @param encoder of any text; a text that is cut between two pieces must have the tokens of both
   */
  RememberedPieces(Function<String, int[]> encoder) {
    this.encoder = encoder;
  }

  /** Returns the ids of a text. */
  int[] encode(String text) {
    IdRow ids = new IdRow(text.length() / 3 + 1);
    int start = 0;
    while (start < text.length()) {
      int end = TextPieces.end(text, start, 1);
      if (end - start <= LONGEST) {
        ids.add(ids(text, start, end));
      } else {
        ids.add(encoder.apply(text.substring(start, end)));
      }
      start = end;
    }
    return ids.toArray();
  }

  private int[] ids(String text, int start, int end) {
    int hash = 0;
    for (int i = start; i < end; i++) {
      hash = 31 * hash + text.charAt(i);
    }
    int place = (hash ^ (hash >>> 15)) & (PLACES - 1);
    Piece known = remembered[place];
    if (known == null
        || known.text.length() != end - start
        || !text.startsWith(known.text, start)) {
      String piece = text.substring(start, end);
      known = new Piece(piece, encoder.apply(piece));
      remembered[place] = known;
    }
    return known.ids;
  }
}
