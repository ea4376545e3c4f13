package io.evomoe.bench.cli;

import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.FileForm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Options that say how files of data are read: shared by commands. */
final class DataOptions {
  @Option(
      names = "--data-format",
      paramLabel = "FORMAT",
      converter = FormConverter.class,
      description =
          "format of files whose ending says none: text, markdown, jsonl, csv, tsv or parquet")
  @Nullable FileForm format;

  @Option(
      names = "--text-field",
      paramLabel = "NAME",
      description = "field or column that holds the text; text by default")
  @Nullable String textField;

  @Option(
      names = "--label-field",
      paramLabel = "NAME",
      description = "the one that holds the class of a text; label by default")
  @Nullable String labelField;

  @Option(
      names = "--source-field",
      paramLabel = "NAME",
      description = "the one that holds a sentence to translate; source by default")
  @Nullable String sourceField;

  @Option(
      names = "--target-field",
      paramLabel = "NAME",
      description = "the one that holds its translation; target by default")
  @Nullable String targetField;

  @Option(
      names = "--skip-bad-lines",
      description = "leave out lines that cannot be read, and count them, instead of refusing")
  boolean skipBadLines;

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
  static final class FormConverter implements ITypeConverter<FileForm> {
    @Override
    public FileForm convert(String name) {
      return Arrays.stream(FileForm.values())
          .filter(form -> form.toString().equals(name))
          .findFirst()
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "must be one of %s, was %s"
                          .formatted(Arrays.toString(FileForm.values()), name)));
    }
  }
}
