package io.evomoe.models.gguf;

import io.evomoe.models.text.TokenizerContents;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * A byte-level BPE tokenizer in llama.cpp's form.
 *
 * @param pre llama.cpp's name of the pre-tokenizer
 * @param tokens in the order of their ids
 * @param merges in the order they are applied, each {@code left right}
 * @param begin the token that begins a text
 * @param end the token that ends a text
 * @param padding the padding token
 */
record GgufVocabulary(
    String pre,
    List<Token> tokens,
    List<String> merges,
    OptionalInt begin,
    OptionalInt end,
    OptionalInt padding) {
  private static final String PREFIX = "tokenizer.ggml.";

  /** The kind of a token, with llama.cpp's numbers. */
  enum Kind {
    NORMAL(1),
    CONTROL(3),
    USER_DEFINED(4),
    UNUSED(5);

    private final int number;

    Kind(int number) {
      this.number = number;
    }
  }

  /**
   * A token.
   *
   * @param text in GPT-2's printable form if it is made of bytes
   */
  record Token(String text, Kind kind) {}

  GgufVocabulary {
    tokens = List.copyOf(tokens);
    merges = List.copyOf(merges);
  }

  /**
   * Converts the contents of a tokenizer's files.
   *
   * @throws IllegalArgumentException if llama.cpp does not split text as the tokenizer does
   */
  static GgufVocabulary of(TokenizerContents contents) {
    String pre =
        contents
            .llamaCppName()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "tokenizer must have ignore_merges false with the words of %s for format gguf, was true"
                            .formatted(contents.preTokenizer())));
    return new GgufVocabulary(
        pre,
        contents.tokens().stream()
            .map(token -> new Token(token.text(), kind(token.kind())))
            .toList(),
        contents.merges(),
        contents.begin(),
        OptionalInt.of(contents.end()),
        contents.padding());
  }

  private static Kind kind(TokenizerContents.Kind kind) {
    return switch (kind) {
      case NORMAL -> Kind.NORMAL;
      case CONTROL -> Kind.CONTROL;
      case USER_DEFINED -> Kind.USER_DEFINED;
    };
  }

  /**
   * Adds unused tokens up to the number of an embedding's rows.
   *
   * @throws IllegalArgumentException if there are more tokens than rows
   */
  GgufVocabulary filledUpTo(int rows) {
    if (tokens.size() > rows) {
      throw new IllegalArgumentException(
          "tokenizer must have at most the %d tokens of the model's embedding, has %d"
              .formatted(rows, tokens.size()));
    }
    List<Token> filled = new ArrayList<>(tokens);
    for (int id = tokens.size(); id < rows; id++) {
      filled.add(new Token("[PAD" + id + "]", Kind.UNUSED));
    }
    return new GgufVocabulary(pre, filled, merges, begin, end, padding);
  }

  /** Adds the tokenizer. No tokens are added before or after a text, as in training. */
  void describe(GgufMetadata metadata) {
    metadata.text(PREFIX + "model", "gpt2");
    metadata.text(PREFIX + "pre", pre);
    metadata.texts(PREFIX + "tokens", tokens.stream().map(Token::text).toList());
    metadata.int32s(
        PREFIX + "token_type", tokens.stream().map(token -> token.kind().number).toList());
    metadata.texts(PREFIX + "merges", merges);
    // Without a value, llama.cpp uses token 11.
    OptionalInt first = begin.isPresent() ? begin : end;
    first.ifPresent(id -> metadata.uint32(PREFIX + "bos_token_id", id));
    end.ifPresent(id -> metadata.uint32(PREFIX + "eos_token_id", id));
    padding.ifPresent(id -> metadata.uint32(PREFIX + "padding_token_id", id));
    metadata.bool(PREFIX + "add_bos_token", false);
    metadata.bool(PREFIX + "add_eos_token", false);
  }
}
