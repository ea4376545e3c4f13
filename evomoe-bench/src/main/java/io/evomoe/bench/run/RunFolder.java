package io.evomoe.bench.run;

import io.evomoe.models.text.BpeTokenizer;
import io.evomoe.training.checkpoint.Checkpoint;
import io.evomoe.training.checkpoint.CheckpointFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The folder of a training run: {@code config.yaml}, {@code tokenizer/}, {@code checkpoints/}, and
 * the curves and results.
 *
 * @param path of the folder
 */
public record RunFolder(Path path) {
  private static final String CONFIG = "config.yaml";
  private static final String DATA = "data";

  /** A folder that {@code train} has written. */
  public static RunFolder open(Path path) {
    if (!Files.isRegularFile(path.resolve(CONFIG))) {
      throw new IllegalArgumentException(
          path + " is not the folder of a training run: it has no " + CONFIG);
    }
    return new RunFolder(path);
  }

  /** Whether a run has left something here. */
  public boolean isUsed() {
    return Files.exists(path.resolve(CONFIG)) || Files.exists(checkpoints());
  }

  /** Writes the configuration. */
  public void write(RunConfig config) {
    ConfigFile.write(path.resolve(CONFIG), config);
  }

  /** The configuration of the run. */
  public RunConfig config() {
    return ConfigFile.read(path.resolve(CONFIG)).checked();
  }

  /** Where the tokenizer is. */
  public Path tokenizerPath() {
    return path.resolve("tokenizer");
  }

  /** The tokenizer of the run. */
  public BpeTokenizer tokenizer() {
    return BpeTokenizer.load(tokenizerPath());
  }

  /**
   * Writes checkpoints here.
   *
   * @param data where the text is, kept for resuming
   */
  public CheckpointFolder checkpointWriter(Path data) {
    return new CheckpointFolder(
        checkpoints(),
        CheckpointFolder.DEFAULT_KEEP,
        Map.of(DATA, data.toAbsolutePath().normalize().toString()));
  }

  /** The newest checkpoint, verified. */
  public Checkpoint latest() {
    Path newest =
        CheckpointFolder.latest(checkpoints())
            .orElseThrow(
                () -> new IllegalArgumentException("there is no checkpoint in " + checkpoints()));
    return Checkpoint.open(newest);
  }

  /** Where the text of a checkpointed run was. */
  public static Path data(Checkpoint checkpoint) {
    String data = checkpoint.config().get(DATA);
    if (data == null) {
      throw new IllegalArgumentException(
          checkpoint.location() + " does not say where its text was; give --data");
    }
    return Path.of(data);
  }

  private Path checkpoints() {
    return path.resolve("checkpoints");
  }
}
