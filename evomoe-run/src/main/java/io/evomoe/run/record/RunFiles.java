package io.evomoe.run.record;

import io.evomoe.internal.files.FileTree;
import io.evomoe.internal.files.IoReason;
import io.evomoe.training.checkpoint.CheckpointFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The names of files in the folder of a run, and which folders are one. */
public final class RunFiles {
  /** The configuration. */
  public static final String CONFIG = "config.yaml";

  /** The folder of the tokenizer. */
  public static final String TOKENIZER = "tokenizer";

  /** The folder of the checkpoints. */
  public static final String CHECKPOINTS = "checkpoints";

  /**
   * The file that only the folder of a fine-tuned classifier has: the configuration of its network,
   * and the format of its texts.
   */
  public static final String CLASSIFIER = "model.yaml";

  /** The folder in which a fine-tuning trains the network without pre-training. */
  public static final String SCRATCH = "scratch";

  /** The folder with the runs of a comparison. */
  public static final String RUNS = "runs";

  /** The file that marks a finished run of a comparison. */
  public static final String FINISHED = "finished.json";

  /** The settings of the rounds of a run that was trained on a cluster. */
  public static final String ROUNDS = "rounds.yaml";

  private static final String HOLDS_OTHERS =
      " holds checkpoints already, of finetune or a program: name another folder";

  private RunFiles() {}

  /** Whether a folder has a run, and not checkpoints of something else. */
  public static boolean isRun(Path folder) {
    return Files.isRegularFile(folder.resolve(CONFIG));
  }

  /**
   * Returns the folder of a run.
   *
   * @param path the folder, or one checkpoint in it
   * @throws IllegalArgumentException if it is none; the message names the folder of a fine-tuned
   *     classifier as such
   */
  public static Path runOf(Path path) {
    Path its = ofCheckpoint(path);
    Path folder = its == null ? path : its;
    FileTree.requireExists("training run " + folder, folder);
    if (!isRun(folder)) {
      throw new IllegalArgumentException(folder + whyNone(folder));
    }
    return folder;
  }

  /** Whether the run in a folder was trained in rounds on a cluster. */
  public static boolean hasRounds(Path folder) {
    return Files.isRegularFile(folder.resolve(ROUNDS));
  }

  private static String whyNone(Path path) {
    return Files.isRegularFile(path.resolve(CLASSIFIER))
        ? " holds a fine-tuned classifier, not a training run: classify applies it, eval measures"
            + " it, and the finetune command that began it continues it"
        : " is not the folder of a training run: it has no " + CONFIG + instead(path);
  }

  /** Suggests the intended folder if possible: in a comparison a run that kept its model. */
  private static String instead(Path path) {
    if (Files.exists(path.resolve(FINISHED))) {
      return ", since its model was not kept";
    }
    try (Stream<Path> runs = Files.list(path.resolve(RUNS))) {
      return runs.filter(RunFiles::isRun)
          .sorted()
          .findFirst()
          .map(run -> ", " + run + " has one")
          .orElse("");
    } catch (IOException e) {
      return ""; // no folder of runs
    }
  }

  /** Whether the path is that of a checkpoint in the folder of a run. */
  public static boolean isCheckpoint(Path path) {
    return ofCheckpoint(path) != null;
  }

  /** Returns the folder of a checkpoint's run; null if the path is not that of a checkpoint. */
  private static @Nullable Path ofCheckpoint(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    Path parent = absolute.getParent();
    return parent != null
            && parent.endsWith(CHECKPOINTS)
            && String.valueOf(absolute.getFileName()).startsWith("step-")
        ? parent.getParent()
        : null;
  }

  /**
   * Rejects a folder that has a run. A run without a checkpoint cannot be resumed, and may be
   * overwritten.
   *
   * @throws IllegalArgumentException if it has a run, or checkpoints of something else
   */
  public static void requireUnused(Path folder) {
    if (CheckpointFolder.latest(folder.resolve(CHECKPOINTS)).isPresent()) {
      throw new IllegalArgumentException(
          isRun(folder)
              ? folder
                  + " holds a run already: continue it with train --resume or Run.open, or name"
                  + " another folder"
              : folder + HOLDS_OTHERS);
    }
    if (CheckpointFolder.latest(folder.resolve(SCRATCH).resolve(CHECKPOINTS)).isPresent()) {
      throw new IllegalArgumentException(folder + HOLDS_OTHERS);
    }
  }

  /** Deletes a file, if there is one. Of a symbolic link, only the link is deleted. */
  public static void delete(Path file) {
    delete(file, Files::deleteIfExists);
  }

  /**
   * Deletes a folder with all that is in it, if there is one.
   *
   * @throws IllegalArgumentException if it is a symbolic link
   */
  public static void deleteFolder(Path folder) {
    delete(folder, FileTree::delete);
  }

  private static void delete(Path path, Deletion deletion) {
    try {
      deletion.of(path);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + path + ": " + IoReason.of(e, path), e);
    }
  }

  private interface Deletion {
    void of(Path path) throws IOException;
  }
}
