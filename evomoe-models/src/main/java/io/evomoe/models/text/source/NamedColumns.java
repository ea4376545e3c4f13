package io.evomoe.models.text.source;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.CsvRecordHandler;
import io.evomoe.models.internal.text.Utf8Text;
import io.evomoe.models.text.source.RecordFormat.BadRecordException;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.io.input.SequenceReader;

/** Records of a separated file whose first one names the columns; fields may be quoted. */
final class NamedColumns {
  private static final String END = "\u0000end of text\u0000";
  private static final Pattern LINE = Pattern.compile("line (\\d+)");

  private final String name;
  private final char separator;
  private final List<String> header;
  private final List<Integer> columns;

  private NamedColumns(String name, char separator, List<String> header, List<Integer> columns) {
    this.name = name;
    this.separator = separator;
    this.header = header;
    this.columns = columns;
  }

  /**
   * Returns the columns of a file; empty for TSV of two columns without names, if no names were
   * configured.
   *
   * @throws IllegalArgumentException if a required column is missing
   */
  static Optional<NamedColumns> of(RecordFormat.Request request, FileForm form) throws IOException {
    List<String> fields = request.fields();
    String name = request.name();
    List<String> widest = List.of();
    CsvParseException fault = null;
    for (char separator : (form == FileForm.TSV ? "\t" : ",;\t").toCharArray()) {
      try {
        List<String> header = header(request.file(), separator);
        if (header.containsAll(fields)) {
          return Optional.of(of(name, separator, header, fields));
        }
        widest = header.size() > widest.size() ? header : widest;
      } catch (CsvParseException e) {
        fault = e;
      }
    }
    boolean mayBeUnnamed = form == FileForm.TSV && request.kind().mayBeUnnamed(request.data());
    if (mayBeUnnamed && widest.size() <= 2) {
      return Optional.empty();
    }
    if (fault != null && widest.isEmpty()) {
      throw refusal(name, fault);
    }
    throw new IllegalArgumentException(
        "%s must name the %s in its first line%s, which has %s"
            .formatted(
                name,
                RecordKind.named("column", fields),
                mayBeUnnamed ? ", or have two columns" : "",
                widest.isEmpty() ? "none" : DataSource.some(widest)));
  }

  private static NamedColumns of(
      String name, char separator, List<String> header, List<String> fields) {
    List<Integer> columns = new ArrayList<>();
    for (String field : fields) {
      if (header.indexOf(field) != header.lastIndexOf(field)) {
        throw new IllegalArgumentException(
            "%s must name the column %s once, names it twice".formatted(name, field));
      }
      columns.add(header.indexOf(field));
    }
    return new NamedColumns(name, separator, header, columns);
  }

  /**
   * Returns the fields of the first record; empty if there is none.
   *
   * @throws CsvParseException if it is not a record
   */
  private static List<String> header(Path file, char separator) throws IOException {
    try (CsvReader<CsvRecord> reader = reader(separator, new Utf8Text(file))) {
      Iterator<CsvRecord> records = reader.iterator();
      return records.hasNext()
          ? records.next().getFields().stream().map(String::strip).toList()
          : List.of();
    } catch (CsvParseException e) {
      if (e.getCause() instanceof IllegalArgumentException unreadable) {
        throw unreadable;
      }
      throw e;
    }
  }

  /** Adds a last line to a text; the line is lost if an earlier quote is not closed. */
  private static Reader withEnd(Reader text) {
    return new SequenceReader(text, new StringReader("\n" + END));
  }

  private static CsvReader<CsvRecord> reader(char separator, Reader text) {
    return CsvReader.builder()
        .fieldSeparator(separator)
        .allowExtraFields(true)
        .allowMissingFields(true)
        .maxBufferSize(Utf8Text.LONGEST_RECORD)
        .build(
            CsvRecordHandler.builder()
                .maxFieldSize(Utf8Text.LONGEST_RECORD)
                .maxRecordSize(Utf8Text.LONGEST_RECORD)
                .maxFields(Utf8Text.LONGEST_RECORD)
                .build(),
            text);
  }

  /** Returns a description of the format. */
  String form(FileForm form, List<String> fields) {
    String by =
        switch (separator) {
          case ';' -> " separated by semicolons";
          case '\t' -> form == FileForm.TSV ? "" : " separated by TABs";
          default -> "";
        };
    return form.words() + by + " of " + RecordKind.named("column", fields);
  }

  /**
   * Reads the file.
   *
   * @throws IllegalArgumentException as well for invalid quotes, after which records cannot be
   *     separated
   */
  void read(Path file, RecordFormat.Records sink) throws IOException {
    try (Utf8Text text = new Utf8Text(file);
        CsvReader<CsvRecord> reader = reader(separator, withEnd(text))) {
      Iterator<CsvRecord> records = reader.iterator();
      CsvRecord record = records.next(); // the names of the columns
      while (records.hasNext()) {
        record = records.next();
        if (record.getFields().equals(List.of(END))) {
          return;
        }
        add(record, sink);
      }
      throw new IllegalArgumentException(
          "%s, line %d: has a quote that is not closed"
              .formatted(name, record.getStartingLineNumber()));
    } catch (CsvParseException e) {
      throw refusal(name, e);
    }
  }

  private void add(CsvRecord record, RecordFormat.Records sink) {
    boolean isBlankLine = record.getFieldCount() == 1 && record.getField(0).isBlank();
    if (!isBlankLine) {
      sink.add(record.getStartingLineNumber(), () -> values(record));
    }
  }

  private String[] values(CsvRecord record) throws BadRecordException {
    if (record.getFieldCount() != header.size()) {
      throw new BadRecordException(
          "must have %d column%s as the first line has, has %d"
              .formatted(header.size(), header.size() == 1 ? "" : "s", record.getFieldCount()));
    }
    return columns.stream().map(record::getField).toArray(String[]::new);
  }

  /** Returns the error with the library's reason, or that of the text. */
  private static IllegalArgumentException refusal(String name, CsvParseException e) {
    Throwable reason = e.getCause() == null ? e : e.getCause();
    if (reason instanceof IllegalArgumentException unreadable) {
      return unreadable;
    }
    Matcher line = LINE.matcher(e.getMessage() + " " + reason.getMessage());
    String place = line.find() ? line.group(1) : "1"; // the library names it from the second on
    return new IllegalArgumentException(
        "%s, line %s: %s".formatted(name, place, reason.getMessage()), e);
  }
}
