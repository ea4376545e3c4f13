package io.evomoe.models.text;

import io.evomoe.models.internal.tokenizer.TextPieces;
import io.evomoe.models.text.source.DocumentReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;

/**
 * A sample of a text for learning a vocabulary: all of a short text, otherwise ranges evenly spread
 * over it, cut between words if there are spaces.
 */
final class TextSample implements DocumentReader {
  /** Maximum number of characters. */
  static final int SIZE = 1 << 24;

  private static final int RANGE = 1 << 12;

  /** Number of characters in which a space is searched. */
  private static final int SLACK = 256;

  private record Piece(long range, int document, String text) {}

  private final int size;
  private final List<Piece> pieces = new ArrayList<>();
  private final StringBuilder waiting = new StringBuilder();
  private long offset;
  private long kept;
  private long period = 1;
  private int documents;

  TextSample() {
    this(SIZE);
  }

  TextSample(int size) {
    this.size = size;
  }

  @Override
  public void part(String text) {
    waiting.append(text);
    while (waiting.length() > RANGE + SLACK) {
      take(TextPieces.end(waiting, 0, RANGE, RANGE + SLACK));
    }
  }

  @Override
  public void end() {
    take(waiting.length());
    documents++;
  }

  private void take(int length) {
    long range = offset / RANGE;
    if (range % period == 0) {
      pieces.add(new Piece(range, documents, waiting.substring(0, length)));
      kept += length;
      while (kept > size) {
        period *= 2;
        pieces.removeIf(piece -> piece.range % period != 0);
        kept = pieces.stream().mapToLong(piece -> piece.text.length()).sum();
      }
    }
    offset += length;
    waiting.delete(0, length);
  }

  /** Returns the number of documents that were read. */
  int documents() {
    return documents;
  }

  /** Forgets the last documents, from this one on. */
  void forget(int first) {
    pieces.removeIf(piece -> piece.document >= first);
    documents = first;
  }

  /**
   * Returns the sample.
   *
   * @param chosen documents to take it from
   */
  List<String> texts(IntPredicate chosen) {
    return List.copyOf(
        pieces.stream()
            .filter(piece -> chosen.test(piece.document))
            .collect(
                Collectors.groupingBy(
                    piece -> List.of((long) piece.document, period == 1 ? 0 : piece.range),
                    LinkedHashMap::new,
                    Collectors.mapping(Piece::text, Collectors.joining())))
            .values());
  }
}
