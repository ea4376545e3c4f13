package io.evomoe.run.record;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.evomoe.internal.files.AtomicFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Scores of a classifier, in 0..1; NaN if there is no test part.
 *
 * @param classifier name of the classifier
 * @param validAccuracy accuracy on the validation texts
 * @param validMacroF1 mean F1 of the classes on the validation texts
 * @param testAccuracy accuracy on the test texts
 * @param testMacroF1 mean F1 of the classes on the test texts
 */
public record ClassScores(
    String classifier,
    @JsonProperty("valid_accuracy") double validAccuracy,
    @JsonProperty("valid_macro_f1") double validMacroF1,
    @JsonProperty("test_accuracy") double testAccuracy,
    @JsonProperty("test_macro_f1") double testMacroF1) {

  /** Name of the file with the scores in the folder of a fine-tuning. */
  public static final String NAME = "finetune.json";

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
