package io.evomoe.models.text;

import io.evomoe.models.internal.text.PieceEncoding;
import io.evomoe.models.text.source.DocumentReader;
import java.nio.file.Path;
import java.util.function.IntConsumer;

/** Encodes documents piece by piece, with an end-of-text token between them. */
final class DocumentEncoding implements DocumentReader {
  private final Tokenizer tokenizer;
  private final PieceEncoding encoding;
  private final TokenStream stream;

  /** The document's text that is not encoded yet. */
  private final StringBuilder waiting = new StringBuilder();

  private int enough;
  private boolean begun;
  private boolean first = true;

  /**
   * Creates an encoding.
   *
   * @param name of the stream
   * @param folder of an unnamed file for the ids
   * @param encoded receives the number of chars of each encoded piece
   */
  DocumentEncoding(String name, Tokenizer tokenizer, Path folder, IntConsumer encoded) {
    this.tokenizer = tokenizer;
    this.encoding = new PieceEncoding(tokenizer, encoded);
    this.stream = new TokenStream(name, tokenizer.vocabularySize(), folder);
  }

  @Override
  public void part(String part) {
    waiting.append(part);
    if (waiting.length() >= enough) {
      String text = waiting.toString();
      int cut = encode(text, false);
      waiting.delete(0, cut);
      // Text without a cut is searched again only after much more text.
      enough = 2 * (text.length() - cut);
    }
  }

  @Override
  public void end() {
    encode(waiting.toString(), true);
    waiting.setLength(0);
    enough = 0;
    begun = false;
    first = false;
  }

  /** Encodes the pieces that still wait for other threads, and returns all ids. */
  TokenStream stream() {
    encoding.finish();
    return stream;
  }

  /** Encodes up to the last cut, or to the end; returns that place. */
  private int encode(String text, boolean whole) {
    int start = 0;
    while (start < text.length()) {
      int end = tokenizer.pieceEnd(text, start, PieceEncoding.PIECE);
      if (end == text.length() && !whole) {
        return start;
      }
      boolean separated = !begun && !first;
      begun = true;
      encoding.add(
          text,
          start,
          end,
          ids -> {
            if (separated) {
              stream.add(tokenizer.endOfText());
            }
            stream.add(ids);
          });
      start = end;
    }
    return start;
  }
}
