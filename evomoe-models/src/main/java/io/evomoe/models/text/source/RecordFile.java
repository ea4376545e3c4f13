package io.evomoe.models.text.source;

import io.evomoe.internal.files.IoReason;
import java.io.IOException;
import java.io.UncheckedIOException;
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
   * @param format any except Markdown; plain text for lines of two columns
   */
  static Read read(
      Path file, RecordFormat format, RecordKind kind, DataForm data, Consumer<DataRecord> taker) {
    RecordRequest request = new RecordRequest(kind.file(file), file, kind, data);
    RecordSink sink =
        new RecordSink(
            request.name(), format.unit(), kind, request.fields(), data.skipBadLines(), taker);
    try {
      return new Read(format.read(request, sink), sink.count());
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot read " + request.name() + ": " + IoReason.of(e, file), e);
    }
  }

  /** Returns a description of the fields. */
  static String named(String what, List<String> fields) {
    return what + (fields.size() == 1 ? " " : "s ") + String.join(" and ", fields);
  }
}
