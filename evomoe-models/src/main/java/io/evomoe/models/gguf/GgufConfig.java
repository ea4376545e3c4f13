package io.evomoe.models.gguf;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * The fields of {@code config.json} that a GGUF file repeats.
 *
 * @param root of the file, or an object in it
 */
record GgufConfig(JsonNode root) {

  boolean has(String field) {
    return root.hasNonNull(field);
  }

  int whole(String field) {
    if (!root.path(field).canConvertToExactIntegral()) {
      throw bad(field, "a whole number");
    }
    return root.path(field).intValue();
  }

  int whole(String field, int otherwise) {
    return has(field) ? whole(field) : otherwise;
  }

  double number(String field) {
    if (!root.path(field).isNumber()) {
      throw bad(field, "a number");
    }
    return root.path(field).doubleValue();
  }

  double number(String field, double otherwise) {
    return has(field) ? number(field) : otherwise;
  }

  String text(String field, String otherwise) {
    return root.path(field).asText(otherwise);
  }

  boolean flag(String field, boolean otherwise) {
    return root.path(field).asBoolean(otherwise);
  }

  GgufConfig object(String field) {
    return new GgufConfig(root.path(field));
  }

  /** Returns the error for a value that llama.cpp would compute differently. */
  IllegalArgumentException bad(String field, String wanted) {
    JsonNode node = root.path(field);
    return new IllegalArgumentException(
        "config.json: %s must be %s for format gguf, was %s"
            .formatted(field, wanted, node.isMissingNode() ? "left out" : node));
  }
}
