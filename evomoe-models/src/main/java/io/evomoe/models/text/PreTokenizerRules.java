package io.evomoe.models.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.internal.files.Excerpt;
import java.util.Arrays;
import java.util.List;

/**
 * The supported pre-tokenizers of {@code tokenizer.json}: {@code ByteLevel}, which splits as GPT-2
 * does, or a {@code Split} by a known expression followed by {@code ByteLevel} without one.
 */
final class PreTokenizerRules {
  private static final String BYTE_LEVEL = "ByteLevel";

  private PreTokenizerRules() {}

  /**
   * Returns the pre-tokenizer of a file.
   *
   * @param tokenizer in the one-file form
   * @param source for messages
   * @throws IllegalArgumentException if it is not supported
   */
  static PreTokenizer read(JsonNode tokenizer, Object source) {
    JsonNode node = tokenizer.path("pre_tokenizer");
    String model = tokenizer.path("model").path("type").asText("BPE");
    if (model.equals("BPE") && isByteLevel(node, true)) {
      return PreTokenizer.GPT2;
    }
    JsonNode parts = node.path("pretokenizers");
    boolean split =
        typeOf(node).equals("Sequence")
            && parts.size() == 2
            && isSplit(parts.path(0))
            && isByteLevel(parts.path(1), false);
    if (!model.equals("BPE") || !split) {
      throw new IllegalArgumentException(
          "%s must be a byte-level BPE tokenizer without a prefix space, was %s over %s"
              .formatted(source, model, described(node)));
    }
    String expression = parts.path(0).path("pattern").path("Regex").asText();
    return PreTokenizer.of(expression)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s: the regular expression of pre_tokenizer must be one of those of %s, was %s"
                        .formatted(
                            source,
                            Arrays.toString(PreTokenizer.values()),
                            Excerpt.of(expression))));
  }

  /** Returns the pre-tokenizer's part of a file. */
  static ObjectNode write(PreTokenizer words) {
    if (words == PreTokenizer.GPT2) {
      return byteLevel(true);
    }
    ObjectNode split = JsonNodeFactory.instance.objectNode().put("type", "Split");
    split.putObject("pattern").put("Regex", words.expression());
    split.put("behavior", "Isolated").put("invert", false);
    ObjectNode sequence = JsonNodeFactory.instance.objectNode().put("type", "Sequence");
    sequence.putArray("pretokenizers").add(split).add(byteLevel(false));
    return sequence;
  }

  /**
   * Returns the part that turns words into bytes, and bytes into words as a decoder.
   *
   * @param splits whether it finds the words itself, as GPT-2 does
   */
  static ObjectNode byteLevel(boolean splits) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("type", BYTE_LEVEL)
        .put("add_prefix_space", false)
        .put("trim_offsets", true)
        .put("use_regex", splits);
  }

  private static boolean isByteLevel(JsonNode node, boolean splits) {
    return typeOf(node).equals(BYTE_LEVEL)
        && !node.path("add_prefix_space").asBoolean()
        && node.path("use_regex").asBoolean(true) == splits;
  }

  /**
   * Accepts isolated matches, or, as in OLMo 2, removed non-matches: known expressions match every
   * text completely.
   */
  private static boolean isSplit(JsonNode node) {
    String behavior = node.path("invert").asBoolean() ? "Removed" : "Isolated";
    return typeOf(node).equals("Split")
        && node.path("pattern").path("Regex").isTextual()
        && node.path("behavior").asText("").equals(behavior);
  }

  private static String described(JsonNode node) {
    if (typeOf(node).equals("Sequence")) {
      return "Sequence of " + Excerpt.of(node.path("pretokenizers").toString());
    }
    String type = node.path("type").asText("none");
    if (node.path("add_prefix_space").asBoolean()) {
      return type + " with a prefix space";
    }
    return type + (node.path("use_regex").asBoolean(true) ? "" : " that does not split words");
  }

  /** Returns the parts of a sequence, or the node itself if it is none. */
  static Iterable<JsonNode> parts(JsonNode node, String field) {
    return typeOf(node).equals("Sequence") ? node.path(field) : List.of(node);
  }

  static String typeOf(JsonNode node) {
    return node.path("type").asText("");
  }
}
