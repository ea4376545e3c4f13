package io.evomoe.models.gguf;

import io.evomoe.models.internal.tokenizer.TokenizerContents;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * A byte-level BPE tokenizer in llama.cpp's form.
 *
 * @param pre llama.cpp's name of the pre-tokenizer
 * @param tokens in the order of their ids; in GPT-2's printable form if made of bytes
 * @param types llama.cpp's type of each token
 * @param merges in the order they are applied, each {@code left right}
 * @param begin the token that begins a text
 * @param end the token that ends a text
 * @param padding the padding token
 */
record GgufVocabulary(
    String pre,
    List<String> tokens,
    List<Integer> types,
    List<String> merges,
    OptionalInt begin,
    OptionalInt end,
    OptionalInt padding) {
  private static final String PREFIX = "tokenizer.ggml.";

  /** Llama.cpp's type of a token that only fills up the vocabulary. */
  static final int UNUSED = 5;

  GgufVocabulary {
    tokens = List.copyOf(tokens);
    types = List.copyOf(types);
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
        contents.tokens().stream().map(TokenizerContents.Token::text).toList(),
        contents.tokens().stream().map(token -> type(token.kind())).toList(),
        contents.merges(),
        contents.begin(),
        OptionalInt.of(contents.end()),
        contents.padding());
  }

  static int type(TokenizerContents.Kind kind) {
    return switch (kind) {
      case NORMAL -> 1;
      case CONTROL -> 3;
      case USER_DEFINED -> 4;
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
    List<String> filled = new ArrayList<>(tokens);
    IntStream.range(tokens.size(), rows).forEach(id -> filled.add("[PAD" + id + "]"));
    List<Integer> filledTypes = new ArrayList<>(types);
    filledTypes.addAll(Collections.nCopies(rows - tokens.size(), UNUSED));
    return new GgufVocabulary(pre, filled, filledTypes, merges, begin, end, padding);
  }

  /** Adds the tokenizer. No tokens are added before or after a text, as in training. */
  void describe(GgufMetadata metadata) {
    metadata.text(PREFIX + "model", "gpt2");
    metadata.text(PREFIX + "pre", pre);
    metadata.texts(PREFIX + "tokens", tokens);
    metadata.int32s(PREFIX + "token_type", types);
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
