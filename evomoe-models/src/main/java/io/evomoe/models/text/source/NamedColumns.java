package io.evomoe.models.text.source;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.CsvRecordHandler;
import io.evomoe.internal.files.IoReason;
import io.evomoe.models.text.source.RecordFormat.BadRecordException;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
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
  private static final int MOST_COLUMNS = 1 << 20;
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
  static Optional<NamedColumns> of(
      String name, Path file, FileForm form, RecordKind kind, DataForm data) {
    List<String> fields = kind.fields(data);
    List<String> widest = List.of();
    for (char separator : (form == FileForm.TSV ? "\t" : ",;\t").toCharArray()) {
      List<String> header = header(name, file, separator);
      if (header.containsAll(fields)) {
        return Optional.of(of(name, separator, header, fields));
      }
      widest = header.size() > widest.size() ? header : widest;
    }
    boolean mayBeUnnamed = form == FileForm.TSV && kind.mayBeUnnamed(data);
    if (mayBeUnnamed && widest.size() <= 2) {
      return Optional.empty();
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

  /** Returns the fields of the first record; empty if it is not one. */
  private static List<String> header(String name, Path file, char separator) {
    try (CsvReader<CsvRecord> reader = reader(separator, new Utf8Text(file))) {
      Iterator<CsvRecord> records = reader.iterator();
      return records.hasNext()
          ? records.next().getFields().stream().map(String::strip).toList()
          : List.of();
    } catch (CsvParseException e) {
      boolean mayBeUnnamed = separator == '\t'; // with a quote as a character
      boolean isUnreadable = e.getCause() instanceof IllegalArgumentException;
      if (isUnreadable || (!mayBeUnnamed && fault(e).isPresent())) {
        throw refusal(name, e);
      }
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + name + ": " + IoReason.of(e, file), e);
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
        .maxBufferSize(Lines.LONGEST)
        .build(
            CsvRecordHandler.builder()
                .maxFieldSize(Lines.LONGEST)
                .maxRecordSize(Lines.LONGEST)
                .maxFields(MOST_COLUMNS)
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
  void read(Path file, RecordFormat.Records sink) {
    try (Utf8Text text = new Utf8Text(file);
        CsvReader<CsvRecord> reader = reader(separator, withEnd(text))) {
      Iterator<CsvRecord> records = reader.iterator();
      CsvRecord last = records.next();
      boolean isHeader = true;
      while (records.hasNext()) {
        CsvRecord next = records.next();
        if (!isHeader) {
          add(last, sink);
        }
        isHeader = false;
        last = next;
      }
      if (!last.getFields().equals(List.of(END))) {
        throw new IllegalArgumentException(
            "%s, line %d: has a quote that is not closed"
                .formatted(name, last.getStartingLineNumber()));
      }
    } catch (CsvParseException e) {
      throw refusal(name, e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + name + ": " + IoReason.of(e, file), e);
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

  private static IllegalArgumentException refusal(String name, CsvParseException e) {
    if (e.getCause() instanceof IllegalArgumentException unreadable) {
      return unreadable;
    }
    Matcher line = LINE.matcher(e.getMessage() + " " + reason(e));
    String fault =
        fault(e)
            .orElse(
                "has characters between a closing quote and the next column; quotes inside a field"
                    + " are doubled");
    return new IllegalArgumentException(
        "%s%s: %s".formatted(name, line.find() ? ", line " + line.group(1) : "", fault), e);
  }

  private static String reason(CsvParseException e) {
    Throwable cause = e.getCause();
    return String.valueOf((cause == null ? e : cause).getMessage());
  }

  /** Returns the exceeded limit; empty for invalid quotes. */
  private static Optional<String> fault(CsvParseException e) {
    String reason = reason(e);
    if (reason.contains("buffer") || reason.contains("max field size")) {
      return Optional.of(
          "has a field of more than %,d characters, or a quote that is not closed"
              .formatted(Lines.LONGEST));
    }
    if (reason.contains("max record size")) {
      return Optional.of("has a record of more than %,d characters".formatted(Lines.LONGEST));
    }
    return reason.endsWith(" fields")
        ? Optional.of("has more than %,d columns".formatted(MOST_COLUMNS))
        : Optional.empty();
  }
}
