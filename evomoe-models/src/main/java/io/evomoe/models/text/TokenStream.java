package io.evomoe.models.text;

import io.evomoe.moe.TokenFrequencies;
import java.nio.file.Path;

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

  /** Encodes documents one by one. */
  public static TokenStream of(Documents documents, Tokenizer tokenizer) {
    return of(documents, tokenizer, TextProgress.NONE);
  }

  /**
   * Encodes documents one by one, on all threads.
   *
   * @param progress told of each, of long ones piece by piece
   */
  public static TokenStream of(Documents documents, Tokenizer tokenizer, TextProgress progress) {
    return of(documents, tokenizer, TokenIds.empty(tokenizer.vocabularySize()), progress);
  }

  /**
   * The same with the ids in a file without a name, which is gone with the stream or the process,
   * so that neither the text nor its ids are in memory.
   *
   * @param folder that takes the file
   */
  public static TokenStream of(
      Documents documents, Tokenizer tokenizer, Path folder, TextProgress progress) {
    return of(documents, tokenizer, TokenIds.empty(tokenizer.vocabularySize(), folder), progress);
  }

  private static TokenStream of(
      Documents documents, Tokenizer tokenizer, TokenIds ids, TextProgress progress) {
    CharacterProgress encoded = new CharacterProgress("Encoding", documents.length(), progress);
    DocumentEncoding encoding = new DocumentEncoding(tokenizer, encoded, ids::add);
    documents.read(encoding);
    encoding.finish();
    return new TokenStream(documents.name(), ids);
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
    ids.copy(from, target, offset, count);
  }
}
