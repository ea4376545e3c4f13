package io.evomoe.models.text.source;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.evomoe.internal.names.Suggestion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * A format of data files. A program's own format is found by {@link ServiceLoader}. A file has the
 * format whose extension its name has, or the one that {@code data.format} names.
 *
 * <pre>{@code
 * public final class NotesFormat implements RecordFormat {
 *   public String id() { return "notes"; }
 *   public List<String> endings() { return List.of("notes"); }
 *   public String read(Request request, Records records) throws IOException {
 *     long line = 0;
 *     for (String text : Files.readAllLines(request.file())) {
 *       records.add(++line, () -> new String[] {text});
 *     }
 *     return "notes";
 *   }
 * }
 * }</pre>
 */
public interface RecordFormat {

  /** Returns the name for configurations and the command line, such as {@code jsonl}. */
  @JsonValue
  String id();

  /** Returns the file name extensions in lower case, without dots, the default first. */
  List<String> endings();

  /** Returns the name for the user, such as {@code JSON Lines}. */
  default String words() {
    return id();
  }

  /** Returns the numbered unit of a file, for messages: {@code line} or {@code row}. */
  default String unit() {
    return "line";
  }

  /**
   * Whether the file may be packed ({@code .gz}, {@code .zst}), and is unpacked by {@link #read}.
   */
  default boolean mayBePacked() {
    return false;
  }

  /**
   * Reads all records of a file in their order.
   *
   * @param request the file and the requested fields
   * @param records receives each record
   * @return the detected format, for the user
   * @throws IllegalArgumentException naming the file, if it cannot be read
   */
  String read(Request request, Records records) throws IOException;

  /**
   * A file of records to read.
   *
   * @param name kind and path of the file, for messages
   * @param kind content of the records
   * @param data names of the fields
   */
  record Request(String name, Path file, RecordKind kind, DataForm data) {

    /** Returns the names of the requested fields: text; label and text; or source and target. */
    public List<String> fields() {
      return kind.fields(data);
    }
  }

  /** The reason why a record cannot be read, without its place. */
  final class BadRecordException extends Exception {
    private static final long serialVersionUID = 1;

    /**
     * Creates the exception.
     *
     * @param fault continues the place of the record, such as {@code has no date}
     */
    public BadRecordException(String fault) {
      super(fault);
    }
  }

  /** Receives the records of a file. */
  interface Records {

    /**
     * Called with the next record.
     *
     * @param line where it begins, counted from 1
     * @param values reads it; a bad record is rejected with its line, or skipped if this is
     *     configured
     */
    void add(long line, Values values);
  }

  /** Reads the values of a record. */
  interface Values {

    /** Returns a value for each requested field, in their order; null if the field is missing. */
    @Nullable String[] read() throws BadRecordException;
  }

  /** Returns the built-in formats, followed by those that {@link ServiceLoader} finds. */
  static List<RecordFormat> installed() {
    return FileForm.Installed.ALL;
  }

  /**
   * Returns the format of this name.
   *
   * @throws IllegalArgumentException if there is none
   */
  @JsonCreator
  static RecordFormat named(String id) {
    List<String> ids = installed().stream().map(RecordFormat::id).toList();
    return installed().stream()
        .filter(format -> format.id().equals(id))
        .findFirst()
        .orElseThrow(() -> Suggestion.unknown("format", id, ids));
  }
}
