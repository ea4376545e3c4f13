package io.evomoe.models.text;

import io.evomoe.moe.TokenFrequencies;

/** The token ids of a text in one row, end-of-text between documents. */
public final class TokenStream {
  private final String name;
  private final TokenIds ids;

  /**
   * A stream of ids.
   *
   * @param name where they come from, for messages
   */
  public TokenStream(String name, int[] ids) {
    this(name, TokenIds.of(ids));
  }

  TokenStream(String name, TokenIds ids) {
    this.name = name;
    this.ids = ids;
  }

  /** Encodes a corpus document by document. */
  public static TokenStream of(TextCorpus corpus, Tokenizer tokenizer) {
    return of(corpus, tokenizer, TextProgress.NONE);
  }

  /**
   * Encodes a corpus document by document, on all threads.
   *
   * @param progress told of each, of long ones piece by piece
   */
  public static TokenStream of(TextCorpus corpus, Tokenizer tokenizer, TextProgress progress) {
    CharacterProgress encoded = new CharacterProgress("Encoding", corpus.documents(), progress);
    PieceEncoding encoding = new PieceEncoding(tokenizer, encoded);
    TokenIds ids = TokenIds.empty(tokenizer.vocabularySize());
    boolean first = true;
    for (String document : corpus.documents()) {
      int start = 0;
      while (start < document.length()) {
        int end = tokenizer.pieceEnd(document, start, PieceEncoding.PIECE);
        boolean separated = start == 0 && !first;
        encoding.add(
            document,
            start,
            end,
            piece -> {
              if (separated) {
                ids.add(tokenizer.endOfText());
              }
              ids.add(piece);
            });
        start = end;
      }
      first = false;
    }
    encoding.finish();
    return new TokenStream(corpus.name(), ids);
  }

  TokenIds ids() {
    return ids;
  }

  /** Where the tokens come from. */
  public String name() {
    return name;
  }

  /** Number of tokens. */
  public int size() {
    return ids.size();
  }

  /** Id of token s. */
  public int id(int s) {
    return ids.id(s);
  }

  /** How often each of {@code vocabulary} token ids occurs. */
  public TokenFrequencies frequencies(int vocabulary) {
    return TokenFrequencies.count(ids.stream(), vocabulary);
  }

  /** Writes {@code count} tokens from {@code from} on into {@code target} at {@code offset}. */
  void copy(int from, int[] target, int offset, int count) {
    for (int i = 0; i < count; i++) {
      target[offset + i] = ids.id(from + i);
    }
  }
}
