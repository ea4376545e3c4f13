package io.evomoe.models.text;

import io.evomoe.moe.TokenFrequencies;
import java.nio.file.Path;

/** The token ids of a text in one sequence, with end-of-text between documents. */
public final class TokenStream {
  private final String name;
  private final TokenIds ids;

  /**
   * Creates a stream of ids.
   *
   * @param name of their source, for messages
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
   * @param progress called for each document, and for each piece of a long one
   */
  public static TokenStream of(Documents documents, Tokenizer tokenizer, TextProgress progress) {
    return of(documents, tokenizer, TokenIds.empty(tokenizer.vocabularySize()), progress);
  }

  /**
   * Encodes documents into an unnamed file, so that neither text nor ids are in memory. The file
   * disappears with the stream or the process.
   *
   * @param folder of the file
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

  /** Encodes training and validation set into unnamed files, in one reading. */
  public static Split<TokenStream> of(
      TextSplit text, Tokenizer tokenizer, Path folder, TextProgress progress) {
    TokenIds train = TokenIds.empty(tokenizer.vocabularySize(), folder);
    TokenIds valid = TokenIds.empty(tokenizer.vocabularySize(), folder);
    long length = text.train().length() + text.valid().length();
    CharacterProgress encoded = new CharacterProgress("Encoding", length, progress);
    DocumentEncoding training = new DocumentEncoding(tokenizer, encoded, train::add);
    DocumentEncoding validation = new DocumentEncoding(tokenizer, encoded, valid::add);
    text.read(training, validation);
    training.finish();
    validation.finish();
    return new Split<>(
        new TokenStream(text.train().name(), train), new TokenStream(text.valid().name(), valid));
  }

  TokenIds ids() {
    return ids;
  }

  /** Returns the name of the tokens' source. */
  public String name() {
    return name;
  }

  /** Returns the number of tokens. */
  public int size() {
    return ids.size();
  }

  /** Returns the id of token s. */
  public int id(int s) {
    return ids.id(s);
  }

  /** Returns the frequency of each of {@code vocabulary} token ids. */
  public TokenFrequencies frequencies(int vocabulary) {
    return TokenFrequencies.count(ids.stream(), vocabulary);
  }

  /** Writes {@code count} tokens from {@code from} on into {@code target} at {@code offset}. */
  void copy(int from, int[] target, int offset, int count) {
    ids.copy(from, target, offset, count);
  }
}
