package io.evomoe.models.text.source;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** A file of records of any form. */
final class RecordFile {

  private RecordFile() {}

  /**
   * What a reading gave.
   *
   * @param form that the file has, in words
   */
  record Read(String form, RecordCount count) {}

  /**
   * Reads a file.
   *
   * @param form any but Markdown; plain text for lines of two columns
   */
  static Read read(
      Path file, FileForm form, RecordKind kind, DataForm data, Consumer<DataRecord> taker) {
    String name = kind.file(file);
    List<String> fields = kind.fields(data);
    RecordSink sink =
        new RecordSink(
            name,
            form == FileForm.PARQUET ? "row" : "line",
            kind,
            fields,
            data.skipBadLines(),
            taker);
    String taken =
        switch (form) {
          case TEXT -> {
            TabbedLines.read(name, file, kind, sink);
            yield TabbedLines.form(kind);
          }
          case JSONL -> {
            JsonLines.read(name, file, kind, fields, sink);
            yield form.words() + " of " + named("field", fields);
          }
          case CSV, TSV -> {
            NamedColumns columns = NamedColumns.of(name, file, form, kind, data).orElse(null);
            if (columns == null) {
              TabbedLines.read(name, file, kind, sink);
              yield TabbedLines.form(kind);
            }
            columns.read(file, sink);
            yield columns.form(form, fields);
          }
          case PARQUET -> {
            ParquetRows.read(name, file, kind, fields, sink);
            yield form.words() + " of " + named("column", fields);
          }
          case MARKDOWN ->
              throw new IllegalArgumentException(
                  "%s is Markdown, which has no %s".formatted(name, kind.units()));
        };
    return new Read(taken, sink.count());
  }

  /** Fields in words. */
  static String named(String what, List<String> fields) {
    return what + (fields.size() == 1 ? " " : "s ") + String.join(" and ", fields);
  }
}
