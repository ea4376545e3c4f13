package io.evomoe.training.checkpoint;

import io.evomoe.internal.files.FileTree;
import io.evomoe.internal.names.FieldBound;
import io.evomoe.step.StepContext;
import io.evomoe.training.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.DeserializationFeature;

/**
 * The content of {@code state.json}.
 *
 * @param formatVersion version of the checkpoint format
 * @param libraryVersion version of the library that wrote it
 * @param progress progress of the run
 * @param context phase and temperature of the next step, and the seed of the run
 * @param optimizer name of the optimizer
 * @param frozen names of frozen parameters
 * @param updates optimizer updates of each parameter that has moments
 * @param config free text of the caller
 */
record CheckpointState(
    int formatVersion,
    String libraryVersion,
    Progress progress,
    StepContext context,
    String optimizer,
    Set<String> frozen,
    Map<String, Long> updates,
    Map<String, String> config) {
  static final int FORMAT_VERSION = 3;

  CheckpointState {
    frozen = Collections.unmodifiableSortedSet(new TreeSet<>(frozen));
    updates = Map.copyOf(updates);
    config = Map.copyOf(config);
    updates.forEach((name, count) -> FieldBound.atLeast("updates." + name, count, 0));
  }

  /** The field that is read before all others. */
  private record Version(int formatVersion) {}

  /** Writes it and forces it to the disk. */
  void write(Path folder) throws IOException {
    Path file = folder.resolve(CheckpointFiles.STATE);
    Files.write(file, Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(this));
    FileTree.force(file);
  }

  static CheckpointState read(Path folder) throws IOException {
    Path file = folder.resolve(CheckpointFiles.STATE);
    byte[] json = Files.readAllBytes(file);
    try {
      Version version =
          Json.MAPPER
              .readerFor(Version.class)
              .without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
              .readValue(json);
      if (version.formatVersion() != FORMAT_VERSION) {
        throw new CheckpointException(
            "%s: formatVersion must be %d, was %d"
                .formatted(file, FORMAT_VERSION, version.formatVersion()));
      }
      return Json.MAPPER.readValue(json, CheckpointState.class);
    } catch (JsonProcessingException e) {
      throw new CheckpointException(file + " is damaged: " + Json.reason(e), e);
    }
  }
}
