package io.evomoe.training.checkpoint;

import io.evomoe.internal.files.FileTree;
import io.evomoe.step.Phase;
import io.evomoe.step.StepContext;
import io.evomoe.training.Progress;
import io.evomoe.training.optimizer.Optimizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.IntNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.nd4j.shade.jackson.databind.node.TextNode;

/**
 * The content of {@code state.json}.
 *
 * @param formatVersion version of the checkpoint format
 * @param libraryVersion version of the library that wrote it
 * @param step finished optimizer steps
 * @param tokens tokens trained on
 * @param trainFlops FLOPs spent
 * @param phase phase of the next step
 * @param temperature temperature of the next step
 * @param annealingLeft remaining share of the annealing at the next step; 0 in older checkpoints,
 *     whose gates do not use it
 * @param hardExperts experts per token in the hard phase; 1 in older checkpoints
 * @param seed seed of the run
 * @param optimizer name of the optimizer; empty in older checkpoints
 * @param spawned whether the experts were spawned
 * @param skipped steps that changed nothing
 * @param earlierSteps steps of an earlier training that gates count too; 0 in older checkpoints
 * @param frozen names of frozen parameters; none in older checkpoints
 * @param updates optimizer updates of each parameter that has moments
 * @param config free text of the caller
 * @param files checksums of each other file
 */
record CheckpointState(
    int formatVersion,
    String libraryVersion,
    long step,
    long tokens,
    double trainFlops,
    Phase phase,
    double temperature,
    double annealingLeft,
    int hardExperts,
    long seed,
    String optimizer,
    boolean spawned,
    long skipped,
    long earlierSteps,
    Set<String> frozen,
    Map<String, Long> updates,
    Map<String, String> config,
    Map<String, FileChecksums> files) {
  static final int FORMAT_VERSION = 2;
  static final String FILE = "state.json";

  /**
   * Contains the checksum of {@link #FILE} in the format of {@code sha256sum}; added in version 2.
   */
  static final String CHECKSUM = FILE + ".sha256";

  /** Levels: state, files, one of them, its tensors, one of them. */
  private static final int DEEPEST = 5;

  /** Values of fields that older checkpoints do not have. */
  private static final Map<String, JsonNode> DEFAULTS =
      Map.of(
          "annealingLeft", IntNode.valueOf(0),
          "hardExperts", IntNode.valueOf(1),
          "earlierSteps", IntNode.valueOf(0),
          "frozen", Json.MAPPER.createArrayNode(),
          "optimizer", TextNode.valueOf(""));

  CheckpointState {
    frozen = Collections.unmodifiableSortedSet(new TreeSet<>(frozen));
    updates = Map.copyOf(updates);
    config = Map.copyOf(config);
    files = Map.copyOf(files);
  }

  /** Writes it and its checksum, and forces both to the disk. */
  void write(Path folder) throws IOException {
    byte[] json = Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(this);
    writeForced(folder.resolve(FILE), json);
    String line = CheckpointFiles.sha256(json) + "  " + FILE + "\n";
    writeForced(folder.resolve(CHECKSUM), line.getBytes(StandardCharsets.UTF_8));
  }

  private static void writeForced(Path file, byte[] bytes) throws IOException {
    Files.write(file, bytes);
    FileTree.force(file);
  }

  static CheckpointState read(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    byte[] bytes = Files.readAllBytes(file);
    boolean checked = requireChecksum(folder, bytes);
    try {
      ObjectNode root = new CheckedJson(file + " is damaged: it", DEEPEST).read(bytes);
      int version = root.path("formatVersion").asInt();
      if (version == 1) {
        CheckpointFormat1.upgrade(root, folder);
      } else if (version != FORMAT_VERSION) {
        throw new CheckpointException(
            "%s: formatVersion must be 1 or %d, was %d".formatted(file, FORMAT_VERSION, version));
      } else if (!checked) {
        throw new CheckpointException(folder.resolve(CHECKSUM) + " is missing");
      }
      DEFAULTS.forEach(root::putIfAbsent);
      new StateFields(file.toString()).require(root);
      return Json.MAPPER.treeToValue(root, CheckpointState.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("all fields of " + file + " were checked", e);
    }
  }

  private static boolean requireChecksum(Path folder, byte[] state) throws IOException {
    Path checksum = folder.resolve(CHECKSUM);
    if (!Files.exists(checksum)) {
      return false;
    }
    String line = CheckpointFiles.sha256(state) + "  " + FILE + "\n";
    if (!Arrays.equals(Files.readAllBytes(checksum), line.getBytes(StandardCharsets.UTF_8))) {
      throw new CheckpointException(
          "%s or %s is damaged: they do not match".formatted(folder.resolve(FILE), checksum));
    }
    return true;
  }

  /**
   * Rejects an optimizer that cannot resume with the moments of this one.
   *
   * @param folder folder of the checkpoint, for the message
   */
  void requireOptimizer(Optimizer other, Path folder) {
    if (!optimizer.isEmpty() && !optimizer.equals(other.name())) {
      throw new CheckpointException(
          "%s has the state of optimizer %s, which %s cannot take: resume it with %s (an optimizer of a program must be passed again), or load the weights alone"
              .formatted(folder, optimizer, other.name(), optimizer));
    }
  }

  Progress progress() {
    return new Progress(step, tokens, trainFlops, spawned, skipped);
  }

  StepContext context() {
    return new StepContext(
        earlierSteps + step, phase, temperature, annealingLeft, hardExperts, false, seed);
  }
}
