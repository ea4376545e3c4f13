package io.evomoe.bench.compare;

import io.evomoe.internal.files.AtomicFile;
import io.evomoe.run.record.Json;
import io.evomoe.run.record.RunResult;
import io.evomoe.training.RecordedRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * All that a comparison needs of a run that is over, as one file keeps it.
 *
 * @param fingerprint of everything that the run's result depends on
 * @param result for the table and result.json
 * @param recorded its curves
 */
public record FinishedRun(String fingerprint, RunResult result, RecordedRun recorded) {

  /**
   * Writes the file; a reader sees either the old one or the whole new one.
   *
   * @throws IllegalArgumentException if the folder cannot be created or written
   */
  public void write(Path file) {
    AtomicFile.write(file, Json.line(this) + "\n");
  }

  /**
   * Reads a file back.
   *
   * @return empty where there is none
   * @throws IllegalArgumentException if it holds something else
   */
  public static Optional<FinishedRun> read(Path file) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    String text = Json.content(file.toString(), file);
    return Optional.of(Json.read(text, FinishedRun.class, file + " is not a finished run"));
  }
}
