package io.evomoe.models.text;

import java.util.OptionalInt;
import java.util.Set;

/** Converts text to token ids and back. Thread-safe. */
public interface Tokenizer {

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
