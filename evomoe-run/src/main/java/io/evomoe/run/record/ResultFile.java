package io.evomoe.run.record;

import io.evomoe.internal.files.AtomicFile;
import io.evomoe.training.RecordedRun.RunName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reads and writes result.json: the list of {@link RunResult}s. */
public final class ResultFile {

  /** The file's name in the output folder. */
  public static final String NAME = "result.json";

  private ResultFile() {}

  /**
   * Writes all results atomically: a reader sees either the old file or the whole new one.
   *
   * @throws IllegalArgumentException if the folder cannot be created or written
   */
  public static void write(Path file, List<RunResult> results) {
    AtomicFile.write(file, text(results));
  }

  /** Returns the text of a file that holds these results. */
  public static String text(List<RunResult> results) {
    return Json.text(results);
  }

  /**
   * Reads a file of {@link #write}.
   *
   * @throws IllegalArgumentException if the file is missing or has other content
   */
  public static List<RunResult> read(Path file) {
    return parse(Json.content("result file " + file, file), file.toString());
  }

  /**
   * Returns the stored outcome of a run; empty if there is none, or it was interrupted.
   *
   * @param folder of the run
   * @param steps that the run has taken
   */
  public static Optional<Outcome> finished(Path folder, RunName name, long steps) {
    Path file = folder.resolve(NAME);
    return Files.exists(file)
        ? read(file).stream()
            .filter(last -> last.steps() == steps && !last.isInterrupted())
            .map(last -> new Outcome(last, StepFile.upTo(folder, name, steps)))
            .findFirst()
        : Optional.empty();
  }

  /**
   * Reads the text of a file.
   *
   * @param source name of the file, for messages
   * @throws IllegalArgumentException if the text is something else
   */
  public static List<RunResult> parse(String text, String source) {
    String mistake = "result file " + source + " is not a list of results";
    return List.of(Json.read(text, RunResult[].class, mistake));
  }
}
