package io.evomoe.models.text;

import io.evomoe.moe.TokenFrequencies;
import java.util.Arrays;
import java.util.stream.IntStream;

/** The token ids of a text in one row, end-of-text between documents. */
public final class TokenStream {
  private final String name;
  private final int[] ids;

  /**
   * A stream of ids.
   *
   * @param name where they come from, for messages
   */
  public TokenStream(String name, int[] ids) {
    this.name = name;
    this.ids = ids.clone();
  }

  /** Encodes a corpus document by document. */
  public static TokenStream of(TextCorpus corpus, Tokenizer tokenizer) {
    return of(corpus, tokenizer, TextProgress.NONE);
  }

  /**
   * Encodes a corpus document by document.
   *
   * @param progress told of each
   */
  public static TokenStream of(TextCorpus corpus, Tokenizer tokenizer, TextProgress progress) {
    CharacterProgress encoded = new CharacterProgress("Encoding", corpus.documents(), progress);
    IntStream.Builder ids = IntStream.builder();
    boolean first = true;
    for (String document : corpus.documents()) {
      if (!first) {
        ids.add(tokenizer.endOfText());
      }
      first = false;
      for (int id : tokenizer.encode(document)) {
        ids.add(id);
      }
      encoded.after(document);
    }
    return new TokenStream(corpus.name(), ids.build().toArray());
  }

  /** Where the tokens come from. */
  public String name() {
    return name;
  }

  /** Number of tokens. */
  public int size() {
    return ids.length;
  }

  /** Id of token s. */
  public int id(int s) {
    return ids[s];
  }

  /** How often each of {@code vocabulary} token ids occurs. */
  public TokenFrequencies frequencies(int vocabulary) {
    return TokenFrequencies.count(Arrays.stream(ids), vocabulary);
  }

  /** Writes {@code count} tokens from {@code from} on into {@code target} at {@code offset}. */
  void copy(int from, int[] target, int offset, int count) {
    System.arraycopy(ids, from, target, offset, count);
  }
}
