package io.evomoe.run.record;

import io.evomoe.internal.files.AtomicFile;
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
    AtomicFile.write(folder.resolve(NAME), Json.text(scores));
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
    String text = Json.content(file.toString(), file);
    return Optional.of(
        List.of(Json.read(text, ClassScores[].class, file + " is not a list of scores")));
  }
}
