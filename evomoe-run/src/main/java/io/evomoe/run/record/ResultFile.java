package io.evomoe.run.record;

import io.evomoe.internal.files.AtomicFile;
import java.nio.file.Path;
import java.util.List;

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
