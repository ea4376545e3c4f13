package io.evomoe.models.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The files of a Hugging Face byte-level BPE tokenizer, and their one-file form. */
final class TokenizerJson {
  static final String VOCABULARY = "vocab.json";
  static final String MERGES = "merges.txt";
  static final String TOKENIZER = "tokenizer.json";
  static final String MERGES_HEADER = "#version: 0.2";

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private TokenizerJson() {}

  /** Reads {@code tokenizer.json}, or puts it together from the other two files. */
  static JsonNode read(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException("tokenizer folder " + folder + " is not a folder");
    }
    Path whole = folder.resolve(TOKENIZER);
    if (Files.exists(whole)) {
      return checked(json(whole), whole);
    }
    Path vocabulary = folder.resolve(VOCABULARY);
    if (json(vocabulary) instanceof ObjectNode ids) {
      return compose(ids, merges(folder.resolve(MERGES)));
    }
    throw new IllegalArgumentException(vocabulary + " is not a JSON object of tokens and ids");
  }

  /** A byte-level BPE tokenizer that splits words as GPT-2 does and knows no unknown token. */
  static ObjectNode compose(ObjectNode ids, List<String> merges) {
    ObjectNode tokenizer = JsonNodeFactory.instance.objectNode();
    tokenizer.put("version", "1.0").putNull("truncation").putNull("padding");
    ArrayNode special = tokenizer.putArray("added_tokens");
    JsonNode endOfText = ids.path(BytePairVocabulary.END_OF_TEXT);
    if (endOfText.isInt()) {
      special.add(specialToken(endOfText.intValue(), BytePairVocabulary.END_OF_TEXT));
    }
    tokenizer.putNull("normalizer");
    tokenizer.set("pre_tokenizer", byteLevel());
    tokenizer.putNull("post_processor");
    tokenizer.set("decoder", byteLevel());
    tokenizer.set("model", model(ids, merges));
    return tokenizer;
  }

  private static ObjectNode model(ObjectNode ids, List<String> merges) {
    ObjectNode model = JsonNodeFactory.instance.objectNode();
    model.put("type", "BPE").putNull("dropout").putNull("unk_token");
    model.put("continuing_subword_prefix", "").put("end_of_word_suffix", "");
    model.put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", false);
    model.set("vocab", ids);
    merges.forEach(model.putArray("merges")::add);
    return model;
  }

  private static ObjectNode byteLevel() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", true)
        .put("use_regex", true);
  }

  private static ObjectNode specialToken(int id, String content) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("id", id)
        .put("content", content)
        .put("single_word", false)
        .put("lstrip", false)
        .put("rstrip", false)
        .put("normalized", false)
        .put("special", true);
  }

  private static JsonNode checked(JsonNode tokenizer, Path file) {
    String model = tokenizer.path("model").path("type").asText("BPE");
    String words = tokenizer.path("pre_tokenizer").path("type").asText("none");
    boolean prefix = tokenizer.path("pre_tokenizer").path("add_prefix_space").asBoolean();
    if (!model.equals("BPE") || !words.equals("ByteLevel") || prefix) {
      throw new IllegalArgumentException(
          "%s must be a byte-level BPE tokenizer without a prefix space, was %s over %s%s"
              .formatted(file, model, words, prefix ? " with a prefix space" : ""));
    }
    return tokenizer;
  }

  private static JsonNode json(Path file) {
    try {
      return MAPPER.readTree(Utf8Text.read(file));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "%s is not valid JSON: %s".formatted(file, e.getOriginalMessage()), e);
    }
  }

  private static List<String> merges(Path file) {
    return Utf8Text.read(file)
        .lines()
        .filter(line -> !line.isEmpty() && !line.startsWith("#version"))
        .toList();
  }
}
