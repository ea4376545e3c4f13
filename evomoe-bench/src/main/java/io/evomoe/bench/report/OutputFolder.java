package io.evomoe.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The folder that receives a run's files. */
public final class OutputFolder {

  private OutputFolder() {}

  /**
   * Makes sure that files can be written to {@code folder}, creating it where it does not exist.
   * Call it before a long run, not after.
   *
   * @return the folder
   * @throws IllegalArgumentException naming the folder, if it cannot be created or written
   */
  public static Path prepare(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw unusable(folder, e);
    }
    if (!Files.isWritable(folder)) {
      throw unusable(folder, null);
    }
    return folder;
  }

  /** Prepares the folder that holds {@code file}. */
  static Path prepareParent(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IllegalArgumentException("output file must lie in a folder, was " + file);
    }
    return prepare(parent);
  }

  private static IllegalArgumentException unusable(Path folder, @Nullable IOException cause) {
    String reason = Files.exists(folder) ? "it is not a writable folder" : "it cannot be created";
    return new IllegalArgumentException(
        "output folder " + folder + " cannot be written: " + reason, cause);
  }
}
