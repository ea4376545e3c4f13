package io.evomoe.bench.serve;

import io.evomoe.models.causal.GenerationConfig;
import io.evomoe.run.Predictor;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * A model for clients.
 *
 * @param predictor of the model; closed by the caller after the server
 * @param folder of its run
 * @param sampling settings of a text, except those that its request gives
 */
public record ServedModel(Predictor predictor, Path folder, GenerationConfig sampling) {
  /** Returns the name of the model for clients: that of its folder. */
  public String name() {
    Path name = folder.toAbsolutePath().normalize().getFileName();
    return name == null ? "model" : name.toString();
  }

  /** Does what may be rejected because of the request. Clients need not know the folder. */
  <T> T valid(Supplier<T> call) {
    try {
      return call.get();
    } catch (IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage()).replace(folder.toString(), name());
      throw ApiException.invalid(null, message);
    }
  }
}
