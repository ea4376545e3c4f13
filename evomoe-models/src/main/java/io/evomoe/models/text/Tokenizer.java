package io.evomoe.models.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.evomoe.models.internal.tokenizer.TokenizerJson;
import io.evomoe.models.internal.tokenizer.WordPieces;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * Converts text to token ids and back. Thread-safe.
 *
 * <p>A run can be trained with a tokenizer of a program. {@link java.util.ServiceLoader} finds it
 * by the name of its class when the run is opened; otherwise the program passes it again.
 */
public interface Tokenizer {

  /**
   * Loads a tokenizer of Hugging Face's files, a {@link BpeTokenizer} or a {@link
   * WordPieceTokenizer}.
   *
   * @throws IllegalArgumentException if the files are missing, damaged, or of another kind
   */
  static Tokenizer load(Path folder) {
    JsonNode json = TokenizerJson.read(folder);
    return WordPieces.isIn(json)
        ? new WordPieceTokenizer(json, folder)
        : new BpeTokenizer(json, folder);
  }

  /**
   * Returns a text that differs for tokenizers whose ids mean something else. A run stores it and
   * rejects another one. By default it is the class with the numbers of {@link #vocabularySize} and
   * {@link #specialIds}; override it if objects of one class differ in their vocabulary.
   */
  default String fingerprint() {
    return "%s %d %d %s"
        .formatted(
            getClass().getName(), vocabularySize(), endOfText(), new TreeSet<>(specialIds()));
  }

  /** Returns the ids of a text, without additions or truncation; empty for the empty text. */
  int[] encode(String text);

  /**
   * Returns a place to cut a text: encoding both pieces gives the tokens of the whole text,
   * whatever follows. Tokenizers that cannot cut return the end of the text.
   *
   * @param start begin of the piece in the text
   * @param least minimum number of chars in the piece, or all that are left
   * @return the index after the piece's last char
   */
  default int pieceEnd(String text, int start, int least) {
    return text.length();
  }

  /**
   * Returns the text of ids. {@code decode(encode(text))} equals {@code text}, or its normalized
   * form if the tokenizer has one.
   */
  String decode(int[] ids);

  /** Returns the greatest id plus 1: the number of rows in an embedding table. */
  int vocabularySize();

  /** Returns the id of the token between documents. */
  int endOfText();

  /**
   * Returns the id of a special token by its spelling, such as {@link SpecialTokens#MASK}.
   *
   * @return empty if the tokenizer has no such token
   */
  default OptionalInt special(String token) {
    return OptionalInt.empty();
  }

  /** Returns the ids of special tokens; by default only the one between documents. */
  default Set<Integer> specialIds() {
    return Set.of(endOfText());
  }

  /** Returns the id of a special token that must exist. */
  default int requireSpecial(String token) {
    return special(token)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "the tokenizer must have the special token " + token + ", has none"));
  }
}
