package io.evomoe.bench.cli;

import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.RecordKind;
import io.evomoe.run.task.Tasks;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Model.OptionSpec;

/** Options that say how files of data are read: shared by commands. */
final class DataOptions extends FieldOptions {
  private static final Map<RecordKind, String> WORDS =
      Map.of(
          RecordKind.DOCUMENT, "texts",
          RecordKind.CLASS, "texts with their classes",
          RecordKind.PAIR, "pairs");

  /** Options that say how data that has no split of its own is divided. */
  static FieldOptions split() {
    return new FieldOptions(HeldOut.class, "--valid-share --test-share --split-seed=seed");
  }

  DataOptions() {
    super(
        DataForm.class,
        "--data-format=format --documents --include --exclude --text-field --label-field --source-field --target-field --skip-bad-lines");
  }

  /** What the runs of a task read. */
  static RecordKind kind(String task) {
    return Tasks.named(task).records();
  }

  /**
   * Rejects the names of fields that data of a kind does not have.
   *
   * @param kind that is read
   */
  void requireOf(RecordKind kind) {
    reject("data.labelField", kind, RecordKind.CLASS);
    reject("data.sourceField", kind, RecordKind.PAIR);
    reject("data.targetField", kind, RecordKind.PAIR);
    if (kind == RecordKind.PAIR) {
      reject("data.textField", kind, RecordKind.DOCUMENT);
    }
  }

  /**
   * Returns the form with the given values.
   *
   * @param hasData whether {@code --data} was given, without which there is nothing to read so
   * @param without what is read without it
   */
  DataForm over(DataForm usual, boolean hasData, String without) {
    DataForm asked = over(usual);
    if (!hasData && !asked.equals(usual)) {
      throw new IllegalArgumentException("options for the format of data need --data: " + without);
    }
    return asked;
  }

  private void reject(String field, RecordKind kind, RecordKind of) {
    OptionSpec given = given().get(field);
    if (given != null && kind != of) {
      throw new IllegalArgumentException(
          "%s is for %s, but this command reads %s, was %s"
              .formatted(
                  given.longestName(), WORDS.get(of), WORDS.get(kind), given.<String>getValue()));
    }
  }

  /**
   * Rejects a file or folder that is named twice.
   *
   * @param data as it was given
   * @return the same
   */
  static List<Path> once(List<Path> data) {
    Set<Path> seen = new HashSet<>();
    for (Path path : data) {
      if (!seen.add(path.toAbsolutePath().normalize())) {
        throw new IllegalArgumentException(
            "--data must name each file or folder once, was %s twice".formatted(path));
      }
    }
    return data;
  }
}
