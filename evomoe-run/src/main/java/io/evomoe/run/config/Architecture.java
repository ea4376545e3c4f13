package io.evomoe.run.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.evomoe.internal.names.Suggestion;
import java.util.Arrays;
import java.util.Locale;

/** The block type of a model; configuration files have its name in lower case. */
public enum Architecture {
  /**
   * The block of GPT-2 (Radford et al. 2019) and of the EvoMoE paper: learned positions, layer
   * normalization, biases and plain feed-forward networks. Tasks roberta and mt use the original
   * Transformer's variant of it.
   */
  GPT,
  /**
   * A current decoder block: rotary positions, RMS normalization, gated feed-forward networks and
   * grouped-query attention ({@link io.evomoe.models.llama.Llama}).
   */
  LLAMA;

  /**
   * Returns the architecture of this name in configuration files.
   *
   * @throws IllegalArgumentException for any other name
   */
  public static Architecture named(String name) {
    return Arrays.stream(values())
        .filter(architecture -> architecture.toString().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                Suggestion.unknown(
                    "model.architecture",
                    name,
                    Arrays.stream(values()).map(Architecture::toString).toList()));
  }

  /** Reads {@code model.architecture} of a configuration; {@link #GPT} if it is missing. */
  public static Architecture in(JsonNode fields) {
    return named(fields.path("model").path("architecture").asText(GPT.toString()));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
