package io.evomoe.bench.cluster;

import io.evomoe.internal.files.AtomicFile;
import io.evomoe.run.config.StrictYaml;
import io.evomoe.run.record.RunFiles;
import io.evomoe.training.internal.rounds.RoundConfig;
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
  /** Returns a copy with another number of workers. */
  public RoundSettings withWorkers(int workers) {
    return new RoundSettings(rounds.withWorkers(workers), data, content);
  }

  /** Writes the file into the folder of a run. */
  public void write(Path folder) {
    AtomicFile.write(folder.resolve(RunFiles.ROUNDS), StrictYaml.text(this));
  }

  /**
   * Reads the file from the folder of a run.
   *
   * @throws IllegalArgumentException if it is missing, or cannot be read
   */
  public static RoundSettings read(Path folder) {
    Path file = folder.resolve(RunFiles.ROUNDS);
    if (!RunFiles.hasRounds(folder)) {
      throw new IllegalArgumentException(
          folder
              + " was not trained in rounds: it has no "
              + RunFiles.ROUNDS
              + "; resume it as any run (without --spark)");
    }
    return StrictYaml.bind(StrictYaml.read(file), RoundSettings.class, file.toString());
  }
}
