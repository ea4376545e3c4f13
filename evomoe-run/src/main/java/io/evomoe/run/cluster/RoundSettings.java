package io.evomoe.run.cluster;

import io.evomoe.internal.files.AtomicFile;
import io.evomoe.internal.files.IoReason;
import io.evomoe.run.config.StrictYaml;
import io.evomoe.training.internal.rounds.RoundConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The settings of a run in rounds beside its configuration, in {@code rounds.yaml}.
 *
 * @param rounds how they are trained and averaged
 * @param data paths of the text in the cluster
 * @param content identifier of the text's files: names and lengths
 */
public record RoundSettings(RoundConfig rounds, List<String> data, String content) {
  private static final String NAME = "rounds.yaml";

  /** Keeps the list unmodifiable. */
  public RoundSettings {
    data = List.copyOf(data);
  }

  /** Returns a copy with another number of workers. */
  public RoundSettings withWorkers(int workers) {
    return new RoundSettings(rounds.withWorkers(workers), data, content);
  }

  /** Whether the run in a folder was trained in rounds. */
  public static boolean isIn(Path folder) {
    return Files.isRegularFile(folder.resolve(NAME));
  }

  /** Deletes the file that an unsaved earlier run left in the folder. */
  public static void delete(Path folder) {
    Path file = folder.resolve(NAME);
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + file + ": " + IoReason.of(e, file), e);
    }
  }

  /** Writes the file into the folder of a run. */
  public void write(Path folder) {
    AtomicFile.write(folder.resolve(NAME), StrictYaml.text(this));
  }

  /**
   * Reads the file from the folder of a run.
   *
   * @throws IllegalArgumentException if it is missing, or cannot be read
   */
  public static RoundSettings read(Path folder) {
    Path file = folder.resolve(NAME);
    if (!isIn(folder)) {
      throw new IllegalArgumentException(
          folder
              + " was not trained in rounds: it has no "
              + NAME
              + "; resume it as any run (without --spark)");
    }
    return StrictYaml.bind(StrictYaml.read(file), RoundSettings.class, file.toString());
  }
}
