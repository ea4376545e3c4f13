package io.evomoe.models.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.internal.files.Excerpt;
import io.evomoe.models.text.source.Utf8Text;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Reads and writes the files of a Hugging Face byte-level BPE tokenizer, and their one-file form.
 */
final class TokenizerJson {
  static final String VOCABULARY = "vocab.json";
  static final String MERGES = "merges.txt";
  static final String TOKENIZER = "tokenizer.json";
  static final String MERGES_HEADER = "#version: 0.2";

  /** Byte pairs cannot have these spellings, so in a vocabulary they are special tokens. */
  private static final List<String> KNOWN =
      Stream.concat(SpecialTokens.ROBERTA.all().stream(), SpecialTokens.GPT.all().stream())
          .toList();

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private TokenizerJson() {}

  /**
   * Reads {@code tokenizer.json}, or combines the other two files; checks the result ({@link
   * TokenizerRules}).
   */
  static JsonNode read(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException("tokenizer folder " + folder + " is not a folder");
    }
    Path whole = folder.resolve(TOKENIZER);
    if (Files.exists(whole)) {
      return TokenizerRules.checked(json(whole), whole);
    }
    Path vocabulary = folder.resolve(VOCABULARY);
    if (!Files.exists(vocabulary)) {
      UnreadTokenizers.refuseByFile(folder);
    }
    if (json(vocabulary) instanceof ObjectNode ids) {
      return TokenizerRules.checked(compose(ids, merges(folder.resolve(MERGES))), vocabulary);
    }
    throw new IllegalArgumentException(vocabulary + " is not a JSON object of tokens and ids");
  }

  /** Returns a byte-level BPE tokenizer with GPT-2's words and without an unknown token. */
  static ObjectNode compose(ObjectNode ids, List<String> merges) {
    ObjectNode tokenizer = JsonNodeFactory.instance.objectNode();
    tokenizer.put("version", "1.0").putNull("truncation").putNull("padding");
    ArrayNode special = tokenizer.putArray("added_tokens");
    known(ids).forEach(token -> special.add(specialToken(ids.path(token).intValue(), token)));
    tokenizer.putNull("normalizer");
    tokenizer.set("pre_tokenizer", PreTokenizerRules.write(PreTokenizer.GPT2));
    tokenizer.set("post_processor", postProcessor(ids));
    tokenizer.set("decoder", PreTokenizerRules.byteLevel(true));
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

  /**
   * Returns the tokens that Hugging Face's library adds around a text on request; we never request
   * them.
   */
  private static JsonNode postProcessor(ObjectNode ids) {
    if (!ids.has(SpecialTokens.BEGIN) || !ids.has(SpecialTokens.END)) {
      return JsonNodeFactory.instance.nullNode();
    }
    ObjectNode processor = JsonNodeFactory.instance.objectNode();
    processor.put("type", "RobertaProcessing");
    processor.putArray("sep").add(SpecialTokens.END).add(ids.get(SpecialTokens.END));
    processor.putArray("cls").add(SpecialTokens.BEGIN).add(ids.get(SpecialTokens.BEGIN));
    return processor.put("trim_offsets", true).put("add_prefix_space", false);
  }

  /** Returns the ids of the special tokens by their spelling. */
  static Map<String, Integer> special(JsonNode tokenizer) {
    Map<String, Integer> special = new HashMap<>();
    JsonNode vocabulary = tokenizer.path("model").path("vocab");
    known(vocabulary).forEach(token -> special.put(token, vocabulary.path(token).intValue()));
    for (JsonNode added : tokenizer.path("added_tokens")) {
      special.put(added.path("content").asText(), added.path("id").asInt());
    }
    return special;
  }

  /**
   * Returns the special tokens of a vocabulary that does not mark them. RoBERTa's vocabulary also
   * has GPT-2's end of text, which is unused there.
   */
  private static List<String> known(JsonNode vocabulary) {
    boolean roberta = vocabulary.path(SpecialTokens.END).isInt();
    return KNOWN.stream()
        .filter(token -> vocabulary.path(token).isInt())
        .filter(token -> !roberta || !token.equals(BytePairVocabulary.END_OF_TEXT))
        .toList();
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

  /** Reads any JSON file of a tokenizer. */
  static JsonNode json(Path file) {
    try {
      return MAPPER.readTree(Utf8Text.read(file));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "%s is not valid JSON: %s".formatted(file, Excerpt.ofParser(e.getOriginalMessage())), e);
    }
  }

  private static List<String> merges(Path file) {
    return Utf8Text.read(file)
        .lines()
        .filter(line -> !line.isEmpty() && !line.startsWith("#version"))
        .toList();
  }
}
