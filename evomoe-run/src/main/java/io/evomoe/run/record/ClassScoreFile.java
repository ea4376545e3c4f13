package io.evomoe.run.record;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.evomoe.internal.files.AtomicFile;
import io.evomoe.internal.files.IoReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reads and writes the scores of classifiers in the output folder. */
public final class ClassScoreFile {
  /** The file's name. */
  public static final String NAME = "finetune.json";

  private ClassScoreFile() {}

  /** Writes the scores in the given order; NaN becomes null. */
  public static void write(Path folder, List<ClassScores> scores) {
    try {
      AtomicFile.write(folder.resolve(NAME), Json.PRETTY.writeValueAsString(scores) + "\n");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("scores have no JSON form", e);
    }
  }

  /**
   * Reads a file of {@link #write}.
   *
   * @return empty if there is no file
   * @throws IllegalArgumentException if the file has other content
   */
  public static Optional<List<ClassScores>> read(Path folder) {
    Path file = folder.resolve(NAME);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(List.of(Json.read(Files.readString(file), ClassScores[].class)));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(file + " is not a list of scores: " + Json.fault(e), e);
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " cannot be read: " + IoReason.of(e, file), e);
    }
  }
}
