package io.evomoe.models.gguf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.evomoe.internal.files.IoReason;
import io.evomoe.models.text.BpeTokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A byte-level BPE tokenizer as llama.cpp runs one.
 *
 * @param pre llama.cpp's name of the expression that splits text into words
 * @param tokens in the order of their ids
 * @param merges in the order they are applied, each {@code left right}
 * @param begin the token that begins a text
 * @param end the token that ends one
 * @param padding the token that fills one up
 */
record GgufVocabulary(
    String pre,
    List<Token> tokens,
    List<String> merges,
    OptionalInt begin,
    OptionalInt end,
    OptionalInt padding) {
  private static final String PREFIX = "tokenizer.ggml.";

  /** What a token is there for; the numbers are those of llama.cpp. */
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
   * @param text in GPT-2's printable form where it is made of bytes
   */
  record Token(String text, Kind kind) {}

  GgufVocabulary {
    tokens = List.copyOf(tokens);
    merges = List.copyOf(merges);
  }

  /**
   * Reads the files of a tokenizer.
   *
   * @throws IllegalArgumentException if they are not a tokenizer that is read here
   */
  static GgufVocabulary read(Path folder) {
    JsonNode json;
    int end;
    try (BpeTokenizer checked = BpeTokenizer.load(folder)) {
      json = new ObjectMapper().readTree(folder.resolve("tokenizer.json").toFile());
      end = checked.endOfText();
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "tokenizer in %s cannot be read: %s".formatted(folder, IoReason.of(e, folder)), e);
    }
    OptionalInt ends = OptionalInt.of(end);
    return new GgufVocabulary("gpt-2", tokens(json), merges(json), ends, ends, OptionalInt.empty());
  }

  private static List<Token> tokens(JsonNode json) {
    JsonNode vocabulary = json.path("model").path("vocab");
    int size = 0;
    for (JsonNode id : vocabulary) {
      size = Math.max(size, id.asInt() + 1);
    }
    for (JsonNode added : json.path("added_tokens")) {
      size = Math.max(size, added.path("id").asInt() + 1);
    }
    List<Token> tokens = new ArrayList<>(Collections.nCopies(size, new Token("", Kind.UNUSED)));
    for (Map.Entry<String, JsonNode> token : vocabulary.properties()) {
      tokens.set(token.getValue().asInt(), new Token(token.getKey(), Kind.NORMAL));
    }
    for (JsonNode added : json.path("added_tokens")) {
      Kind kind = added.path("special").asBoolean() ? Kind.CONTROL : Kind.USER_DEFINED;
      tokens.set(added.path("id").asInt(), new Token(added.path("content").asText(), kind));
    }
    return tokens;
  }

  private static List<String> merges(JsonNode json) {
    List<String> merges = new ArrayList<>();
    for (JsonNode merge : json.path("model").path("merges")) {
      merges.add(
          merge.isTextual() ? merge.asText() : merge.get(0).asText() + " " + merge.get(1).asText());
    }
    return merges;
  }

  /**
   * The same with tokens that no text has, up to the rows of an embedding.
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

  /** Adds the tokenizer. Nothing is put before or behind a text, as nothing is in training. */
  void describe(GgufMetadata metadata) {
    metadata.text(PREFIX + "model", "gpt2");
    metadata.text(PREFIX + "pre", pre);
    metadata.texts(PREFIX + "tokens", tokens.stream().map(Token::text).toList());
    metadata.int32s(
        PREFIX + "token_type", tokens.stream().map(token -> token.kind().number).toList());
    metadata.texts(PREFIX + "merges", merges);
    begin.ifPresent(id -> metadata.uint32(PREFIX + "bos_token_id", id));
    end.ifPresent(id -> metadata.uint32(PREFIX + "eos_token_id", id));
    padding.ifPresent(id -> metadata.uint32(PREFIX + "padding_token_id", id));
    metadata.bool(PREFIX + "add_bos_token", false);
    metadata.bool(PREFIX + "add_eos_token", false);
  }
}
