package io.evomoe.models.text.source;

import java.nio.file.Path;
import java.util.List;

/**
 * A file of records to read.
 *
 * @param name kind and path of the file, for messages
 * @param kind content of the records
 * @param data names of the fields
 */
public record RecordRequest(String name, Path file, RecordKind kind, DataForm data) {

  /** Returns the names of the requested fields: text; label and text; or source and target. */
  public List<String> fields() {
    return kind.fields(data);
  }
}
