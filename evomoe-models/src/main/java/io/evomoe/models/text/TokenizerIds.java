package io.evomoe.models.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.evomoe.internal.files.Excerpt;
import java.util.HashMap;
import java.util.Map;

/**
 * The tokens of a tokenizer in the one-file form: ids without a gap, and merges of existing tokens.
 */
final class TokenizerIds {
  private static final int MOST = 10_000_000;

  private final JsonNode tokenizer;
  private final Object source;
  private final Map<String, Integer> ids = new HashMap<>();
  private final Map<Integer, String> tokens = new HashMap<>();

  TokenizerIds(JsonNode tokenizer, Object source) {
    this.tokenizer = tokenizer;
    this.source = source;
  }

  /**
   * Returns the ids by token.
   *
   * @throws IllegalArgumentException naming the invalid token or merge
   */
  Map<String, Integer> checked() {
    JsonNode model = tokenizer.path("model");
    if (!model.path("vocab").isObject() || !model.path("merges").isArray()) {
      throw bad("must have model.vocab, an object, and model.merges, a list");
    }
    for (Map.Entry<String, JsonNode> token : model.path("vocab").properties()) {
      add(token.getKey(), token.getValue());
    }
    model.path("merges").forEach(this::requireMerge);
    for (String symbol : ByteAlphabet.ofUtf8()) {
      if (!ids.containsKey(symbol)) {
        throw bad("the vocabulary must have every byte that UTF-8 has, has no token " + symbol);
      }
    }
    int vocabulary = ids.size();
    for (JsonNode token : tokenizer.path("added_tokens")) {
      if (!token.path("content").isTextual() || token.path("content").textValue().isEmpty()) {
        throw bad("added tokens must have a content that is not empty, was " + Excerpt.of(token));
      }
      add(token.path("content").textValue(), token.path("id"));
    }
    requireNoGap();
    requireBehind(vocabulary);
    return ids;
  }

  private void add(String token, JsonNode id) {
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
    String[] parts =
        merge.isTextual()
            ? merge.textValue().split(" ", -1)
            : new String[] {merge.path(0).asText(), merge.path(1).asText()};
    boolean known =
        parts.length == 2
            && merge.size() != 1
            && merge.size() < 3
            && ids.containsKey(parts[0])
            && ids.containsKey(parts[1])
            && ids.containsKey(parts[0] + parts[1]);
    if (!known) {
      throw bad("merges must be of two tokens that make a third, was " + Excerpt.of(merge));
    }
  }

  private void requireNoGap() {
    for (int id = 0; id < tokens.size(); id++) {
      if (!tokens.containsKey(id)) {
        throw bad(
            "ids of the %d tokens must be 0 to %d, none has %d"
                .formatted(tokens.size(), tokens.size() - 1, id));
      }
    }
  }

  /** The library assigns these ids consecutively and ignores those of the file. */
  private void requireBehind(int vocabulary) {
    for (JsonNode token : tokenizer.path("added_tokens")) {
      int id = token.path("id").intValue();
      boolean added = !tokenizer.path("model").path("vocab").has(token.path("content").textValue());
      if (added && id < vocabulary) {
        throw bad(
            "an added token must have an id of at least %d, the size of model.vocab, %s has %d"
                .formatted(vocabulary, Excerpt.of(token.path("content")), id));
      }
    }
  }

  private IllegalArgumentException bad(String why) {
    return new IllegalArgumentException(source + ": " + why);
  }
}
