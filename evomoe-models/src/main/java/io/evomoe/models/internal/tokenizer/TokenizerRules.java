package io.evomoe.models.internal.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import io.evomoe.internal.files.Excerpt;
import io.evomoe.models.text.BpeTokenizer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Checks a tokenizer in the one-file form: it has ids without a gap and, for byte-level BPE, only
 * parts that {@link BpeTokenizer} supports and merges of existing tokens.
 */
final class TokenizerRules {
  static final String SENTENCE_PIECE = "SentencePiece";
  private static final int MOST = 10_000_000;
  private static final Set<String> NORMALIZERS = Set.of("NFC", "NFD", "NFKC", "NFKD", "Lowercase");
  private static final Set<String> POST_PROCESSORS =
      Set.of("ByteLevel", "RobertaProcessing", "BertProcessing", "TemplateProcessing");

  private final JsonNode tokenizer;
  private final Object source;
  private final Map<String, Integer> ids = new HashMap<>();
  private final Map<Integer, String> tokens = new HashMap<>();

  TokenizerRules(JsonNode tokenizer, Object source) {
    this.tokenizer = tokenizer;
    this.source = source;
  }

  /**
   * Checks a byte-level BPE tokenizer.
   *
   * @throws IllegalArgumentException naming the field that is not allowed, or the invalid token or
   *     merge
   */
  void check() {
    requireNoSentencePiece();
    PreTokenizer.read(tokenizer, source);
    requireTypes("post_processor", "processors", POST_PROCESSORS);
    requireTypes("decoder", "decoders", Set.of("ByteLevel"));
    requireTypes("normalizer", "normalizers", NORMALIZERS);
    List.of("dropout", "continuing_subword_prefix", "end_of_word_suffix")
        .forEach(this::requireAbsent);
    requireVocabulary();
    int vocabulary = ids.size();
    tokenizer.path("added_tokens").forEach(token -> requireAdded(token, vocabulary));
    requireNoGap();
    JsonNode unknown = tokenizer.path("model").path("unk_token");
    if (unknown.isTextual() && !ids.containsKey(unknown.asText())) {
      throw bad("model.unk_token must be a token of the vocabulary, was " + Excerpt.of(unknown));
    }
  }

  /** Rejects a unigram model, and byte pairs of characters with byte fallback. */
  private void requireNoSentencePiece() {
    JsonNode model = tokenizer.path("model");
    if (model.path("type").asText("").equals("Unigram")) {
      throw otherKind(source, SENTENCE_PIECE, "model.type Unigram");
    }
    if (model.path("byte_fallback").asBoolean()) {
      throw otherKind(source, SENTENCE_PIECE, "model.byte_fallback true");
    }
  }

  /** Returns the error for a tokenizer that is not byte-level BPE. */
  static IllegalArgumentException otherKind(Object source, String kind, String sign) {
    return new IllegalArgumentException(
        ("%s must have a byte-level BPE tokenizer, as GPT-2, RoBERTa, GPT-NeoX, Llama 3 and Qwen2"
                + " have it (tokenizer.json, or vocab.json and merges.txt), or BERT's WordPiece"
                + " (tokenizer.json), %s is not read, has %s")
            .formatted(source, kind, sign));
  }

  /** Requires parts that are null, one of the types, or a sequence of them. */
  private void requireTypes(String field, String parts, Set<String> allowed) {
    JsonNode node = tokenizer.path(field);
    for (JsonNode part : PreTokenizer.parts(node, parts)) {
      if (!part.isNull() && !part.isMissingNode() && !allowed.contains(PreTokenizer.typeOf(part))) {
        throw bad(
            "%s must be one of %s or left out, was %s"
                .formatted(field, allowed.stream().sorted().toList(), Excerpt.of(part)));
      }
    }
  }

  private void requireAbsent(String field) {
    JsonNode node = tokenizer.path("model").path(field);
    boolean isZero = node.isNumber() && node.asDouble() == 0;
    if (!isZero && !node.isNull() && !node.asText().isEmpty()) {
      throw bad("model.%s must be left out, was %s".formatted(field, Excerpt.of(node)));
    }
  }

  private void requireVocabulary() {
    JsonNode model = tokenizer.path("model");
    if (!model.path("vocab").isObject() || !model.path("merges").isArray()) {
      throw bad("must have model.vocab, an object, and model.merges, a list");
    }
    model.path("vocab").properties().forEach(token -> add(token.getKey(), token.getValue()));
    model.path("merges").forEach(this::requireMerge);
    for (String symbol : ByteAlphabet.ofUtf8()) {
      if (!ids.containsKey(symbol)) {
        throw bad("the vocabulary must have every byte that UTF-8 has, has no token " + symbol);
      }
    }
  }

  /** Adds a token, which must have an id that no other token has. */
  void add(String token, JsonNode id) {
    if (!id.isInt() || id.intValue() < 0 || id.intValue() >= MOST) {
      throw bad(
          "the id of token %s must be a whole number of at least 0 and below %d, was %s"
              .formatted(
                  Excerpt.of(token), MOST, id.isMissingNode() ? "left out" : Excerpt.of(id)));
    }
    Integer before = ids.put(token, id.intValue());
    String other = tokens.put(id.intValue(), token);
    if ((before != null && before != id.intValue()) || (other != null && !other.equals(token))) {
      throw bad(
          "every token must have one id of its own, token %s has %d, which is %s"
              .formatted(
                  Excerpt.of(token),
                  id.intValue(),
                  other == null || other.equals(token)
                      ? "its second"
                      : "that of " + Excerpt.of(other)));
    }
  }

  private void requireMerge(JsonNode merge) {
    String[] parts = TokenizerContents.merge(merge).split(" ", -1);
    boolean known =
        parts.length == 2
            && (merge.isTextual() || merge.size() == 2)
            && List.of(parts[0], parts[1], parts[0] + parts[1]).stream().allMatch(ids::containsKey);
    if (!known) {
      throw bad("merges must be of two tokens that make a third, was " + Excerpt.of(merge));
    }
  }

  /** Other libraries number these tokens from the size of the vocabulary on. */
  private void requireAdded(JsonNode token, int vocabulary) {
    String content = addAdded(token);
    int id = token.path("id").intValue();
    if (id < vocabulary && !tokenizer.path("model").path("vocab").has(content)) {
      throw bad(
          "an added token must have an id of at least %d, the size of model.vocab, %s has %d"
              .formatted(vocabulary, Excerpt.of(token.path("content")), id));
    }
  }

  /** Adds an added token and returns its spelling. */
  String addAdded(JsonNode token) {
    String content = token.path("content").asText();
    if (!token.path("content").isTextual() || content.isEmpty()) {
      throw bad("added tokens must have a content that is not empty, was " + Excerpt.of(token));
    }
    add(content, token.path("id"));
    return content;
  }

  /** Returns the ids of all tokens, which must have no gap. */
  Map<String, Integer> requireNoGap() {
    for (int id = 0; id < tokens.size(); id++) {
      if (!tokens.containsKey(id)) {
        throw bad(
            "ids of the %d tokens must be 0 to %d, none has %d"
                .formatted(tokens.size(), tokens.size() - 1, id));
      }
    }
    return ids;
  }

  IllegalArgumentException bad(String why) {
    return new IllegalArgumentException(source + ": " + why);
  }
}
