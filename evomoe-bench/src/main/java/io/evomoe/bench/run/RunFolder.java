package io.evomoe.bench.run;

import io.evomoe.models.hub.TokenizerFiles;
import io.evomoe.models.text.BpeTokenizer;
import io.evomoe.training.checkpoint.Checkpoint;
import io.evomoe.training.checkpoint.CheckpointFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The folder of a training run: {@code config.yaml}, {@code tokenizer/}, {@code checkpoints/}, and
 * the curves and results.
 *
 * @param path of the folder
 */
public record RunFolder(Path path) {
  private static final String CONFIG = "config.yaml";
  private static final String DATA = "data";
  private static final String VOCABULARY = "vocabulary";

  /** A folder that {@code train} has written. */
  public static RunFolder open(Path path) {
    if (!Files.isRegularFile(path.resolve(CONFIG))) {
      throw new IllegalArgumentException(
          path + " is not the folder of a training run: it has no " + CONFIG);
    }
    return new RunFolder(path);
  }

  /**
   * A folder whose files may be written, because no run has left its own there.
   *
   * @throws IllegalArgumentException if one has
   */
  public static RunFolder unused(Path path) {
    RunFolder folder = new RunFolder(path);
    if (Files.exists(path.resolve(CONFIG)) || Files.exists(folder.checkpoints())) {
      throw new IllegalArgumentException(
          path + " holds a run already: continue it with train --resume, or name another --out");
    }
    return folder;
  }

  /** Writes the configuration. */
  public void write(RunConfig config) {
    ConfigFile.write(path.resolve(CONFIG), config);
  }

  /** The configuration of the run, as it was written. */
  public RunConfig config() {
    return ConfigFile.read(path.resolve(CONFIG));
  }

  /** Where the tokenizer is. */
  public Path tokenizerPath() {
    return path.resolve("tokenizer");
  }

  /** Whether the run has a tokenizer; imported models may be without. */
  public boolean hasTokenizer() {
    return TokenizerFiles.isIn(tokenizerPath());
  }

  /** Where an import keeps what an export gives back. */
  public Path originPath() {
    return path.resolve("hub");
  }

  /** The tokenizer of the run. */
  public BpeTokenizer tokenizer() {
    if (!hasTokenizer()) {
      throw new IllegalArgumentException(
          path + " must have a tokenizer for this, was imported without one");
    }
    return BpeTokenizer.load(tokenizerPath());
  }

  /**
   * Writes checkpoints here, where the tokenizer is already.
   *
   * @param data files and folders, kept for resuming
   */
  public CheckpointFolder checkpointWriter(List<Path> data) {
    String paths =
        data.stream()
            .map(source -> source.toAbsolutePath().normalize().toString())
            .collect(Collectors.joining("\n"));
    return new CheckpointFolder(
        checkpoints(),
        CheckpointFolder.DEFAULT_KEEP,
        Map.of(DATA, paths, VOCABULARY, FolderDigest.of(tokenizerPath())));
  }

  /**
   * The newest checkpoint, verified.
   *
   * @throws IllegalArgumentException if there is none, or the tokenizer is not the one that it was
   *     trained with
   */
  public Checkpoint latest() {
    Path newest =
        CheckpointFolder.latest(checkpoints())
            .orElseThrow(
                () -> new IllegalArgumentException("there is no checkpoint in " + checkpoints()));
    Checkpoint checkpoint = Checkpoint.open(newest);
    String trainedWith = checkpoint.config().get(VOCABULARY);
    if (trainedWith != null && !trainedWith.equals(FolderDigest.of(tokenizerPath()))) {
      throw new IllegalArgumentException(
          "the vocabulary in %s is not the one that %s was trained with"
              .formatted(tokenizerPath(), newest));
    }
    return checkpoint;
  }

  /** Where the data of a checkpointed run was. */
  public static List<Path> data(Checkpoint checkpoint) {
    String data = checkpoint.config().get(DATA);
    if (data == null || data.isEmpty()) {
      throw new IllegalArgumentException(
          checkpoint.location() + " does not say where its data was; give --data");
    }
    return data.lines().map(Path::of).toList();
  }

  private Path checkpoints() {
    return path.resolve("checkpoints");
  }
}
