package io.evomoe.run.record;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * A run that another one started from, at one of its checkpoints.
 *
 * @param run its folder
 * @param gate its gate
 * @param seed its seed
 * @param step optimizer steps that it had taken
 * @param tokens that it had trained on
 * @param trainFlops floating-point operations that it had spent
 * @param modelSha256 of the checkpoint's {@code model.safetensors}, in hex
 * @param moments whether the optimizer's moments were taken over with the weights
 * @param newArrays names of the new run's gate arrays that it did not have, and which began as new
 */
public record Ancestor(
    String run,
    String gate,
    long seed,
    long step,
    long tokens,
    @JsonProperty("train_flops") double trainFlops,
    @JsonProperty("model_sha256") String modelSha256,
    boolean moments,
    @JsonProperty("new_arrays") List<String> newArrays) {

  /** Keeps the names unmodifiable. */
  public Ancestor {
    newArrays = List.copyOf(newArrays);
  }
}
