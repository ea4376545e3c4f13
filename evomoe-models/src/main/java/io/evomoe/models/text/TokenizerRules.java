package io.evomoe.models.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.internal.files.Excerpt;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Checks a downloaded tokenizer. It runs in a native library: a regular expression in its file can
 * crash the process, and ids index the tables of a model. Therefore only a new file, composed of
 * known and checked parts, is passed on.
 */
final class TokenizerRules {
  private static final Set<String> NORMALIZERS = Set.of("NFC", "NFD", "NFKC", "NFKD", "Lowercase");
  private static final Set<String> POST_PROCESSORS =
      Set.of("ByteLevel", "RobertaProcessing", "BertProcessing", "TemplateProcessing");
  private static final String SEQUENCE = "Sequence";
  private static final List<String> FLAGS =
      List.of("single_word", "lstrip", "rstrip", "normalized");

  private final JsonNode from;
  private final Object source;

  private TokenizerRules(JsonNode from, Object source) {
    this.from = from;
    this.source = source;
  }

  /**
   * Returns a tokenizer with only the allowed parts.
   *
   * @param from in the one-file form
   * @param source for messages
   * @throws IllegalArgumentException naming the field that is not allowed, or the token with an
   *     invalid id
   */
  static ObjectNode checked(JsonNode from, Object source) {
    return new TokenizerRules(from, source).checked();
  }

  private ObjectNode checked() {
    UnreadTokenizers.refuseByModel(from, source);
    PreTokenizer words = PreTokenizerRules.read(from, source);
    requireTypes("post_processor", "processors", POST_PROCESSORS);
    requireTypes("decoder", "decoders", Set.of("ByteLevel"));
    requireTypes("normalizer", "normalizers", NORMALIZERS);
    ObjectNode tokenizer = JsonNodeFactory.instance.objectNode();
    tokenizer.put("version", "1.0").putNull("truncation").putNull("padding");
    tokenizer.set("added_tokens", addedTokens());
    tokenizer.set("normalizer", normalizer());
    tokenizer.set("pre_tokenizer", PreTokenizerRules.write(words));
    tokenizer.putNull("post_processor");
    tokenizer.set("decoder", PreTokenizerRules.byteLevel(true));
    tokenizer.set("model", model());
    Map<String, Integer> ids = new TokenizerIds(tokenizer, source).checked();
    requireUnknown(ids);
    return tokenizer;
  }

  /** Requires parts that are null, one of the types, or a sequence of them. */
  private void requireTypes(String field, String parts, Set<String> allowed) {
    JsonNode node = from.path(field);
    boolean sequence = node.path("type").asText("").equals(SEQUENCE);
    for (JsonNode part : sequence ? node.path(parts) : List.of(node)) {
      String type = part.path("type").asText("");
      if (!part.isNull() && !part.isMissingNode() && !allowed.contains(type)) {
        throw bad(field, "one of " + allowed.stream().sorted().toList() + " or left out", part);
      }
    }
  }

  private JsonNode normalizer() {
    JsonNode node = from.path("normalizer");
    if (!node.path("type").asText("").equals(SEQUENCE)) {
      return node.isObject() ? typeOf(node) : JsonNodeFactory.instance.nullNode();
    }
    ObjectNode sequence = JsonNodeFactory.instance.objectNode().put("type", SEQUENCE);
    ArrayNode parts = sequence.putArray("normalizers");
    node.path("normalizers").forEach(part -> parts.add(typeOf(part)));
    return sequence;
  }

  private static ObjectNode typeOf(JsonNode node) {
    return JsonNodeFactory.instance.objectNode().put("type", node.path("type").asText());
  }

  /** Sorts by id: the library assigns ids in this order, whatever the file says. */
  private ArrayNode addedTokens() {
    List<JsonNode> inOrder = new ArrayList<>();
    from.path("added_tokens").forEach(inOrder::add);
    inOrder.sort(Comparator.comparingLong(token -> token.path("id").asLong()));
    ArrayNode tokens = JsonNodeFactory.instance.arrayNode();
    for (JsonNode token : inOrder) {
      ObjectNode added = JsonNodeFactory.instance.objectNode();
      added.set("id", token.path("id"));
      added.set("content", token.path("content"));
      FLAGS.forEach(flag -> added.put(flag, token.path(flag).asBoolean()));
      tokens.add(added.put("special", token.path("special").asBoolean()));
    }
    return tokens;
  }

  private ObjectNode model() {
    JsonNode old = from.path("model");
    requireAbsent("model.dropout", old.path("dropout"), 0.0);
    requireAbsent("model.continuing_subword_prefix", old.path("continuing_subword_prefix"), "");
    requireAbsent("model.end_of_word_suffix", old.path("end_of_word_suffix"), "");
    ObjectNode model = JsonNodeFactory.instance.objectNode();
    model.put("type", "BPE").putNull("dropout").put("byte_fallback", false);
    model.put("continuing_subword_prefix", "").put("end_of_word_suffix", "");
    model.put("fuse_unk", old.path("fuse_unk").asBoolean());
    model.put("ignore_merges", old.path("ignore_merges").asBoolean());
    JsonNode unknown = old.path("unk_token");
    model.set("unk_token", unknown.isTextual() ? unknown : JsonNodeFactory.instance.nullNode());
    model.set("vocab", old.path("vocab"));
    model.set("merges", old.path("merges"));
    return model;
  }

  private void requireAbsent(String field, JsonNode node, Object otherwise) {
    if (!node.isNull() && !node.isMissingNode() && !node.asText().equals(otherwise.toString())) {
      if (!(node.isNumber() && node.asDouble() == 0)) {
        throw bad(field, "left out", node);
      }
    }
  }

  private void requireUnknown(Map<String, Integer> ids) {
    JsonNode unknown = from.path("model").path("unk_token");
    if (unknown.isTextual() && !ids.containsKey(unknown.asText())) {
      throw bad("model.unk_token", "a token of the vocabulary", unknown);
    }
  }

  private IllegalArgumentException bad(String field, String wanted, JsonNode was) {
    return new IllegalArgumentException(
        "%s: %s must be %s, was %s".formatted(source, field, wanted, Excerpt.of(was)));
  }
}
