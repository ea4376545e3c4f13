package io.evomoe.models.internal.text;

import io.evomoe.internal.threads.Parallel;
import io.evomoe.models.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * Encodes pieces of texts on all threads. The calling thread passes on the ids in the order of the
 * pieces, so the result is that of one thread.
 */
public final class PieceEncoding {
  /** Minimum chars of a piece in a text that can be cut: enough to be worth a thread's time. */
  public static final int PIECE = 1 << 14;

  /** Chars that are encoded before ids are passed on. */
  private static final int TOGETHER = 1 << 22;

  private static final int SHARES = 64;

  private record Piece(String text, int start, int end, Consumer<int[]> taker) {}

  private final Tokenizer tokenizer;
  private final IntConsumer encoded;
  private final List<Piece> waiting = new ArrayList<>();
  private long chars;

  /**
   * Creates an encoding.
   *
   * @param encoded receives the number of chars of each encoded piece
   */
  public PieceEncoding(Tokenizer tokenizer, IntConsumer encoded) {
    this.tokenizer = tokenizer;
    this.encoded = encoded;
  }

  /**
   * Encodes a text, or a part of it, now or in {@link #finish}.
   *
   * @param taker receives the ids
   */
  public void add(String text, int start, int end, Consumer<int[]> taker) {
    waiting.add(new Piece(text, start, end, taker));
    chars += end - start;
    if (chars >= TOGETHER) {
      finish();
    }
  }

  /** Encodes the remaining pieces. */
  public void finish() {
    int count = waiting.size();
    int[][] ids = new int[count][];
    Parallel.ranges(
        count,
        (count + SHARES - 1) / SHARES + 1,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            Piece piece = waiting.get(i);
            ids[i] = tokenizer.encode(piece.text.substring(piece.start, piece.end));
          }
        });
    for (int i = 0; i < count; i++) {
      Piece piece = waiting.get(i);
      piece.taker.accept(ids[i]);
      encoded.accept(piece.end - piece.start);
    }
    waiting.clear();
    chars = 0;
  }
}
