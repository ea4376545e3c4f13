package io.evomoe.models.text;

/** Turns text into token ids and back. */
public interface Tokenizer {

  /** Ids of a text, nothing added and nothing cut off; empty for the empty text. */
  int[] encode(String text);

  /** The text of ids; {@code decode(encode(text))} equals {@code text}. */
  String decode(int[] ids);

  /** One more than the greatest id: the rows an embedding table needs. */
  int vocabularySize();

  /** Id of the token that stands between documents. */
  int endOfText();
}
