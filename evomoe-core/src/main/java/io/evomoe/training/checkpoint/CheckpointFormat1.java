package io.evomoe.training.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/**
 * Reads checkpoints of version 1. They have one checksum per file, but none per tensor and none of
 * {@code state.json}.
 */
final class CheckpointFormat1 {
  private CheckpointFormat1() {}

  /** Converts a state of version 1 into one of version 2. */
  static void upgrade(ObjectNode state, Path folder) throws IOException {
    JsonNode hashes = state.path("sha256");
    ObjectNode files = state.putObject("files");
    Iterator<String> names = hashes.fieldNames();
    while (names.hasNext()) {
      String name = names.next();
      ObjectNode file = files.putObject(name);
      file.put("bytes", Files.size(folder.resolve(name)));
      file.put("sha256", hashes.path(name).asText());
      file.putObject("tensors");
    }
    state.remove("sha256");
    state.put("skipped", 0);
  }
}
