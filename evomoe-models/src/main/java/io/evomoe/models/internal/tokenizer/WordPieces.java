package io.evomoe.models.internal.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import io.evomoe.internal.files.Excerpt;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * The vocabulary of a WordPiece tokenizer (Devlin et al. 2018) in {@code tokenizer.json}. A word
 * becomes the longest token that begins it, then the longest that continues it, and so on. A word
 * without such tokens, or above the longest length, is unknown.
 *
 * @param words rule that splits texts into words
 * @param ids of all tokens, by spelling
 * @param special those of added tokens
 * @param prefix spelling before a token that continues a word
 * @param unknown id for a word without tokens
 * @param longest maximum number of characters in a word
 */
public record WordPieces(
    BertWords words,
    Map<String, Integer> ids,
    Map<String, Integer> special,
    String prefix,
    int unknown,
    int longest) {
  private static final String TYPE = "WordPiece";
  private static final int LONGEST = 100;

  /** Parts of a file, with their allowed types; a part in the second map may be missing. */
  private static final Map<String, String> REQUIRED =
      Map.of("normalizer", "BertNormalizer", "pre_tokenizer", "BertPreTokenizer");

  private static final Map<String, Set<String>> OPTIONAL =
      Map.of(
          "decoder",
          Set.of(TYPE),
          "post_processor",
          Set.of("BertProcessing", "TemplateProcessing"));

  /** Keeps the maps unmodifiable. */
  public WordPieces {
    ids = Map.copyOf(ids);
    special = Map.copyOf(special);
  }

  /** Whether a tokenizer in the one-file form is of this kind. */
  public static boolean isIn(JsonNode tokenizer) {
    return tokenizer.path("model").path("type").asText().equals(TYPE);
  }

  /**
   * Reads a vocabulary.
   *
   * @param tokenizer in the one-file form
   * @param source for messages
   * @throws IllegalArgumentException naming the field that is not allowed
   */
  public static WordPieces read(JsonNode tokenizer, Object source) {
    TokenizerRules rules = new TokenizerRules(tokenizer, source);
    REQUIRED.forEach((field, type) -> requireType(tokenizer, field, Set.of(type), rules));
    OPTIONAL.forEach(
        (field, types) -> {
          if (!tokenizer.path(field).isNull() && !tokenizer.path(field).isMissingNode()) {
            requireType(tokenizer, field, types, rules);
          }
        });
    JsonNode model = tokenizer.path("model");
    model.path("vocab").properties().forEach(t -> rules.add(t.getKey(), t.getValue()));
    Map<String, Integer> special = new HashMap<>();
    for (JsonNode added : tokenizer.path("added_tokens")) {
      special.put(rules.addAdded(added), added.path("id").intValue());
    }
    Map<String, Integer> ids = rules.requireNoGap();
    String unknown = model.path("unk_token").asText();
    if (!ids.containsKey(unknown)) {
      throw rules.bad("model.unk_token must be a token, was " + Excerpt.of(unknown));
    }
    int longest = model.path("max_input_chars_per_word").asInt(LONGEST);
    return new WordPieces(
        BertWords.read(tokenizer.path("normalizer")),
        ids,
        special,
        model.path("continuing_subword_prefix").asText("##"),
        ids.get(unknown),
        longest);
  }

  private static void requireType(
      JsonNode tokenizer, String field, Set<String> types, TokenizerRules rules) {
    JsonNode part = tokenizer.path(field);
    if (!types.contains(PreTokenizer.typeOf(part))) {
      throw rules.bad(
          "%s of a WordPiece tokenizer must be %s, was %s"
              .formatted(
                  field,
                  String.join(" or ", types.stream().sorted().toList()),
                  part.isMissingNode() ? "left out" : Excerpt.of(part)));
    }
  }

  /** Returns the tokens in the order of their ids. */
  public List<String> tokens() {
    String[] tokens = new String[ids.size()];
    ids.forEach((token, id) -> tokens[id] = token);
    return Arrays.asList(tokens);
  }

  /** Passes on the ids of a text without added tokens. */
  public void encode(String text, IntConsumer found) {
    words.split(text, word -> pieces(word).forEach(found::accept));
  }

  private List<Integer> pieces(String word) {
    if (word.codePointCount(0, word.length()) > longest) {
      return List.of(unknown);
    }
    List<Integer> pieces = new ArrayList<>();
    int start = 0;
    while (start < word.length()) {
      int end = word.length();
      Integer piece = null;
      while (piece == null && end > start) {
        piece = ids.get((start > 0 ? prefix : "") + word.substring(start, end));
        end = piece == null ? word.offsetByCodePoints(end, -1) : end;
      }
      if (piece == null) {
        return List.of(unknown);
      }
      pieces.add(piece);
      start = end;
    }
    return pieces;
  }
}
