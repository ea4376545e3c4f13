package io.evomoe.bench.cli;

import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.RecordFormat;
import io.evomoe.models.text.source.RecordKind;
import io.evomoe.run.task.Tasks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Options that say how files of data are read: shared by commands. */
final class DataOptions {
  private static final Map<RecordKind, String> WORDS =
      Map.of(
          RecordKind.DOCUMENT, "texts",
          RecordKind.CLASS, "texts with their classes",
          RecordKind.PAIR, "pairs");

  @Option(
      names = "--data-format",
      paramLabel = "FORMAT",
      converter = FormConverter.class,
      description =
          "format of files whose name has no known ending: text, markdown, jsonl, csv, tsv, parquet or the name of an installed format")
  @Nullable RecordFormat format;

  @Option(
      names = "--text-field",
      paramLabel = "NAME",
      description = "field or column of the text (default: text)")
  @Nullable String textField;

  @Option(
      names = "--label-field",
      paramLabel = "NAME",
      description = "field or column of the class (default: label)")
  @Nullable String labelField;

  @Option(
      names = "--source-field",
      paramLabel = "NAME",
      description = "field or column of the sentence to translate (default: source)")
  @Nullable String sourceField;

  @Option(
      names = "--target-field",
      paramLabel = "NAME",
      description = "field or column of the translation (default: target)")
  @Nullable String targetField;

  @Option(
      names = "--skip-bad-lines",
      description = "skip and count lines that cannot be read, instead of stopping with an error")
  boolean skipBadLines;

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
    reject("--label-field", labelField, kind, RecordKind.CLASS);
    reject("--source-field", sourceField, kind, RecordKind.PAIR);
    reject("--target-field", targetField, kind, RecordKind.PAIR);
    if (kind == RecordKind.PAIR) {
      reject("--text-field", textField, kind, RecordKind.DOCUMENT);
    }
  }

  private static void reject(
      String option, @Nullable String value, RecordKind kind, RecordKind of) {
    if (value != null && kind != of) {
      throw new IllegalArgumentException(
          "%s is for %s, but this command reads %s, was %s"
              .formatted(option, WORDS.get(of), WORDS.get(kind), value));
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

  /** The usual one with what was asked for. */
  DataForm form(DataForm usual) {
    return new DataForm(
        format == null ? usual.format() : format,
        textField == null ? usual.textField() : textField,
        labelField == null ? usual.labelField() : labelField,
        sourceField == null ? usual.sourceField() : sourceField,
        targetField == null ? usual.targetField() : targetField,
        skipBadLines || usual.skipBadLines());
  }

  /** These options as another process takes them. */
  List<String> asArguments() {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    values.put("--data-format", format);
    values.put("--text-field", textField);
    values.put("--label-field", labelField);
    values.put("--source-field", sourceField);
    values.put("--target-field", targetField);
    List<String> arguments = new ArrayList<>();
    values.forEach(
        (name, value) -> {
          if (value != null) {
            arguments.addAll(List.of(name, value.toString()));
          }
        });
    if (skipBadLines) {
      arguments.add("--skip-bad-lines");
    }
    return arguments;
  }

  /** By the names that configuration files have. */
  static final class FormConverter implements ITypeConverter<RecordFormat> {
    @Override
    public RecordFormat convert(String name) {
      try {
        return RecordFormat.named(name);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()).replace("format ", ""));
      }
    }
  }
}
