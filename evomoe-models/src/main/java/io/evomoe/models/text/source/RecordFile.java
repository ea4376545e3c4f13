package io.evomoe.models.text.source;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** Reads a file of records in any format. */
final class RecordFile {

  private RecordFile() {}

  /**
   * The result of reading.
   *
   * @param form description of the file's format
   */
  record Read(String form, RecordCount count) {}

  /**
   * Reads a file.
   *
   * @param form any except Markdown; plain text for lines of two columns
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

  /** Returns a description of the fields. */
  static String named(String what, List<String> fields) {
    return what + (fields.size() == 1 ? " " : "s ") + String.join(" and ", fields);
  }
}
