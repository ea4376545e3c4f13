package io.evomoe.bench.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.evomoe.internal.files.AtomicFile;
import io.evomoe.internal.files.IoReason;
import io.evomoe.run.record.Json;
import io.evomoe.run.record.RunResult;
import io.evomoe.training.RecordedRun;
import java.io.IOException;
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
    try {
      AtomicFile.write(file, Json.MAPPER.writeValueAsString(this) + "\n");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a finished run has a JSON form", e);
    }
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
    try {
      return Optional.of(Json.read(Files.readString(file), FinishedRun.class));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(file + " is not a finished run: " + Json.fault(e), e);
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " cannot be read: " + IoReason.of(e, file), e);
    }
  }
}
