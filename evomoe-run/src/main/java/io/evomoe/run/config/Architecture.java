package io.evomoe.run.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.evomoe.internal.names.Suggestion;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The blocks that a model is made of; in a file by its name in small letters. */
public enum Architecture {
  /**
   * GPT-2's (Radford et al. 2019), the paper's: learned positions, layer normalisation, plain nets,
   * biases. Tasks roberta and mt have the Transformer's own block, of which it is a form.
   */
  GPT,
  /**
   * The decoder of today: rotary positions, normalisation by the root mean square, gated nets,
   * grouped-query attention ({@link io.evomoe.models.llama.Llama}).
   */
  LLAMA;

  /**
   * By its name in a file.
   *
   * @throws IllegalArgumentException for any other
   */
  public static Architecture named(String name) {
    return Arrays.stream(values())
        .filter(architecture -> architecture.toString().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "model.architecture must be one of %s, was %s%s"
                        .formatted(names(), name, Suggestion.text(name, names()))));
  }

  private static List<String> names() {
    return Arrays.stream(values()).map(Architecture::toString).toList();
  }

  /** What the field {@code model.architecture} of a configuration says, {@link #GPT} without. */
  public static Architecture in(JsonNode fields) {
    return named(fields.path("model").path("architecture").asText(GPT.toString()));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
