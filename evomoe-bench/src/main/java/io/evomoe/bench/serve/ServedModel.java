package io.evomoe.bench.serve;

import io.evomoe.models.causal.GenerationConfig;
import io.evomoe.run.Predictor;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A model for clients.
 *
 * @param predictor of the model; closed by the caller after the server
 * @param folder of its run
 * @param sampling settings of a text, except those that its request gives
 */
public record ServedModel(Predictor predictor, Path folder, GenerationConfig sampling) {
  /** Names of the API for fields of the library. */
  private static final Map<String, String> NAMES =
      Map.of(
          "beam", "beam",
          "lengthPenalty", "length_penalty",
          "messages", "messages",
          "repetitionPenalty", "repetition_penalty",
          "stopStrings", "stop",
          "temperature", "temperature",
          "topK", "top_k",
          "topP", "top_p");

  /** Returns the name of the model for clients: that of its folder. */
  public String name() {
    Path name = folder.toAbsolutePath().normalize().getFileName();
    return name == null ? "model" : name.toString();
  }

  /**
   * Does what may be rejected because of the request. Clients need not know the folder, and have
   * their own names of fields.
   */
  <T> T valid(Supplier<T> call) {
    try {
      return call.get();
    } catch (IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      if (message.startsWith(folder + " ")) {
        throw ApiException.invalid(null, name() + message.substring(folder.toString().length()));
      }
      String field = message.replaceFirst(" .*", "");
      String name = NAMES.get(field);
      throw ApiException.invalid(
          name, name == null ? message : name + message.substring(field.length()));
    }
  }
}
