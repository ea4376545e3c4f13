package io.evomoe.models.internal.tokenizer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.internal.files.Excerpt;
import io.evomoe.models.internal.text.Utf8Text;
import io.evomoe.models.text.SpecialTokens;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Reads and writes the files of a Hugging Face byte-level BPE tokenizer, and their one-file form.
 */
public final class TokenizerJson {
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

  /** Reads {@code tokenizer.json}, or combines the other two files. */
  public static JsonNode read(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException("tokenizer folder " + folder + " is not a folder");
    }
    Path file = file(folder);
    if (file.endsWith(TOKENIZER)) {
      return json(file);
    }
    if (!Files.exists(file)) {
      TokenizerContents.refuseOtherKinds(folder);
    }
    if (json(file) instanceof ObjectNode ids) {
      return compose(ids, merges(folder.resolve(MERGES)));
    }
    throw new IllegalArgumentException(file + " is not a JSON object of tokens and ids");
  }

  /** Returns the file with the vocabulary, which messages name. */
  static Path file(Path folder) {
    Path whole = folder.resolve(TOKENIZER);
    return Files.exists(whole) ? whole : folder.resolve(VOCABULARY);
  }

  /**
   * Returns a byte-level BPE tokenizer with GPT-2's words and without an unknown token. Its
   * post-processor adds tokens around a text on request; we never request them.
   */
  static ObjectNode compose(ObjectNode ids, List<String> merges) {
    ObjectNode tokenizer = template();
    ArrayNode special = (ArrayNode) tokenizer.get("added_tokens");
    JsonNode token = special.remove(0);
    known(ids)
        .forEach(
            content -> {
              ObjectNode added = token.deepCopy();
              special.add(added.put("id", ids.path(content).intValue()).put("content", content));
            });
    if (ids.has(SpecialTokens.BEGIN) && ids.has(SpecialTokens.END)) {
      JsonNode around = tokenizer.get("post_processor");
      ((ArrayNode) around.get("sep")).set(1, ids.get(SpecialTokens.END));
      ((ArrayNode) around.get("cls")).set(1, ids.get(SpecialTokens.BEGIN));
    } else {
      tokenizer.putNull("post_processor");
    }
    ObjectNode model = (ObjectNode) tokenizer.get("model");
    model.set("vocab", ids);
    merges.forEach(((ArrayNode) model.get("merges"))::add);
    return tokenizer;
  }

  private static ObjectNode template() {
    try (InputStream file = TokenizerJson.class.getResourceAsStream(TOKENIZER)) {
      return (ObjectNode) MAPPER.readTree(Objects.requireNonNull(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
        .filter(token -> !roberta || !token.equals(SpecialTokens.END_OF_TEXT))
        .toList();
  }

  /**
   * Reads any JSON file of a tokenizer.
   *
   * @throws IllegalArgumentException naming the file, if it is not JSON
   */
  public static JsonNode json(Path file) {
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
