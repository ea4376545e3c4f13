package io.evomoe.run.record;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * A run that another run started from, at one of its checkpoints.
 *
 * @param run folder
 * @param gate name of the gate
 * @param seed seed of the run
 * @param step finished optimizer steps
 * @param tokens tokens trained on
 * @param trainFlops FLOPs spent in training
 * @param modelSha256 SHA-256 of the checkpoint's {@code model.safetensors}, in hex
 * @param moments whether the optimizer's moments were taken over with the weights
 * @param newArrays names of the new run's gate arrays that the ancestor lacks; they began untrained
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
