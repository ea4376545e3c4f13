package io.evomoe.training.checkpoint;

import io.evomoe.step.Phase;
import io.evomoe.step.StepContext;
import io.evomoe.training.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * What {@code state.json} holds.
 *
 * @param formatVersion of the checkpoint
 * @param libraryVersion that wrote it
 * @param step finished optimizer steps
 * @param tokens trained on
 * @param trainFlops spent
 * @param phase of the step that comes next
 * @param temperature of the step that comes next
 * @param seed of the run
 * @param spawned whether the experts were spawned
 * @param updates optimizer updates of each parameter that has moments
 * @param config the caller's own
 * @param sha256 of each other file, hexadecimal
 */
record CheckpointState(
    int formatVersion,
    String libraryVersion,
    long step,
    long tokens,
    double trainFlops,
    Phase phase,
    double temperature,
    long seed,
    boolean spawned,
    Map<String, Long> updates,
    Map<String, String> config,
    Map<String, String> sha256) {
  static final int FORMAT_VERSION = 1;
  static final String FILE = "state.json";

  CheckpointState {
    updates = Map.copyOf(updates);
    config = Map.copyOf(config);
    sha256 = Map.copyOf(sha256);
  }

  static CheckpointState read(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    try {
      JsonNode root = Json.MAPPER.readTree(Files.readString(file));
      int version = root.path("formatVersion").asInt();
      if (version != FORMAT_VERSION) {
        throw new CheckpointException(
            "%s: formatVersion must be %d, was %d".formatted(file, FORMAT_VERSION, version));
      }
      return Json.MAPPER.treeToValue(root, CheckpointState.class);
    } catch (JsonProcessingException e) {
      throw new CheckpointException(file + ": damaged: " + e.getOriginalMessage(), e);
    }
  }

  Progress progress() {
    return new Progress(step, tokens, trainFlops, spawned);
  }

  StepContext moment() {
    return new StepContext(step, phase, temperature, false, seed);
  }
}
