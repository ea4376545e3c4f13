package io.evomoe.models.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.evomoe.internal.files.Excerpt;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The begin, end and padding tokens in {@code tokenizer_config.json}, or else in {@code
 * special_tokens_map.json}. Folders without these files have none.
 *
 * @param begin {@code bos_token}
 * @param end {@code eos_token}
 * @param padding {@code pad_token}
 */
record NamedTokens(Optional<String> begin, Optional<String> end, Optional<String> padding) {
  private static final List<String> FILES =
      List.of("tokenizer_config.json", "special_tokens_map.json");

  /**
   * Reads the names.
   *
   * @throws IllegalArgumentException if a file is damaged, or a name is not a text
   */
  static NamedTokens read(Path folder) {
    return new NamedTokens(
        named(folder, "bos_token"), named(folder, "eos_token"), named(folder, "pad_token"));
  }

  private static Optional<String> named(Path folder, String field) {
    for (String name : FILES) {
      Path file = folder.resolve(name);
      if (Files.exists(file)) {
        JsonNode token = TokenizerJson.json(file).path(field);
        JsonNode text = token.isObject() ? token.path("content") : token;
        if (text.isTextual()) {
          return Optional.of(text.textValue());
        }
        if (!token.isNull() && !token.isMissingNode()) {
          throw new IllegalArgumentException(
              "%s: %s must be a text or an object with the text content, was %s"
                  .formatted(file, field, Excerpt.of(token)));
        }
      }
    }
    return Optional.empty();
  }
}
