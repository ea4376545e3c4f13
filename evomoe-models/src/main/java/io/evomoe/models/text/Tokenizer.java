package io.evomoe.models.text;

import java.util.OptionalInt;
import java.util.Set;

/** Turns text into token ids and back; safe for use by several threads. */
public interface Tokenizer {

  /** Ids of a text, nothing added and nothing cut off; empty for the empty text. */
  int[] encode(String text);

  /**
   * Where a text may be cut: {@link #encode} gives the tokens of the whole for the pieces, one
   * after the other. Tokenizers whose texts must stay whole have but the end of the text. A cut
   * before that is one whatever text goes on behind it.
   *
   * @param start of the piece in the text
   * @param least chars that it has, or all that are left
   * @return the index behind the piece's last char
   */
  default int pieceEnd(String text, int start, int least) {
    return text.length();
  }

  /**
   * The text of ids; {@code decode(encode(text))} equals {@code text}, or its normalized form where
   * the tokenizer has one.
   */
  String decode(int[] ids);

  /** One more than the greatest id: the rows an embedding table needs. */
  int vocabularySize();

  /** Id of the token that stands between documents. */
  int endOfText();

  /**
   * Id of a special token by its spelling, such as {@link SpecialTokens#MASK}.
   *
   * @return empty when the tokenizer has no such token
   */
  default OptionalInt special(String token) {
    return OptionalInt.empty();
  }

  /** Ids that stand for no text; by default the one between documents alone. */
  default Set<Integer> specialIds() {
    return Set.of(endOfText());
  }

  /** Id of a special token that the caller cannot do without. */
  default int requireSpecial(String token) {
    return special(token)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "the tokenizer must have the special token " + token + ", has none"));
  }
}
