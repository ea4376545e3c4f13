package io.evomoe.models.text.source;

import java.nio.file.Path;
import java.util.List;

/** Records that are lines of two columns, without names and quotes. */
final class TabbedLines {

  private TabbedLines() {}

  /** Returns a description of the format. */
  static String form(RecordKind kind) {
    return "lines of " + String.join(" TAB ", kind.columns());
  }

  /** Reads a file. Blank lines, and lines with two empty columns, are ignored. */
  static void read(String name, Path file, RecordKind kind, RecordFormat.Records sink) {
    UnreadFormats.refuseByLook(name, file);
    try (Lines lines = new Lines(name, file)) {
      for (String line = lines.next(); line != null; line = lines.next()) {
        String text = line;
        if (!text.isBlank()) {
          sink.add(lines.number(), () -> values(text, kind));
        }
      }
    }
  }

  private static String[] values(String line, RecordKind kind) throws BadRecordException {
    String[] values = line.split("\t", -1);
    String fault = fault(values, kind.columns());
    if (!fault.isEmpty()) {
      throw new BadRecordException(
          "must be %s, %s".formatted(String.join(" TAB ", kind.columns()), fault));
    }
    return kind == RecordKind.DOCUMENT ? new String[] {values[1]} : values;
  }

  private static String fault(String[] values, List<String> columns) {
    if (values.length == 1) {
      return "has no TAB";
    }
    if (values.length > 2) {
      return "has " + (values.length - 1) + " TABs";
    }
    if (values[0].isBlank() || values[1].isBlank()) {
      return "has no " + columns.get(values[0].isBlank() ? 0 : 1);
    }
    return "";
  }
}
