package io.evomoe.models.text.source;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Checks and counts the records of a file, and rejects or skips bad ones. */
final class RecordSink implements RecordFormat.Records {
  private final String name;
  private final String unit;
  private final RecordKind kind;
  private final List<String> fields;
  private final boolean skips;
  private final Consumer<DataRecord> taker;
  private final RecordCount count = new RecordCount();

  /**
   * Creates a sink.
   *
   * @param name of the file, for messages
   * @param unit numbered unit, for messages: {@code line} or {@code row}
   * @param fields by name, for messages
   * @param skips whether bad records are skipped
   */
  RecordSink(
      String name,
      String unit,
      RecordKind kind,
      List<String> fields,
      boolean skips,
      Consumer<DataRecord> taker) {
    this.name = name;
    this.unit = unit;
    this.kind = kind;
    this.fields = fields;
    this.skips = skips;
    this.taker = taker;
  }

  @Override
  public void add(long line, RecordFormat.Values values) {
    List<String> read;
    try {
      read = checked(values.read());
    } catch (BadRecordException e) {
      bad(line, String.valueOf(e.getMessage()));
      return;
    }
    if (read.isEmpty()) {
      count.addBlank();
    } else {
      count.addRecord();
      taker.accept(new DataRecord(line, read));
    }
  }

  private void bad(long line, String fault) {
    if (!skips) {
      throw new IllegalArgumentException("%s, %s %d: %s".formatted(name, unit, line, fault));
    }
    count.addBad(line);
  }

  /** Returns the values; none if all are blank. */
  private List<String> checked(@Nullable String[] values) throws BadRecordException {
    for (int i = 0; i < values.length; i++) {
      String value = values[i];
      if (value == null) {
        throw new BadRecordException("has no field " + fields.get(i));
      }
      if (hasHalfAPair(value)) {
        throw new BadRecordException("field " + fields.get(i) + " holds half a surrogate pair");
      }
    }
    if (Stream.of(values).allMatch(value -> value == null || value.isBlank())) {
      return List.of();
    }
    for (int i = 0; i < values.length; i++) {
      if (String.valueOf(values[i]).isBlank()) {
        throw new BadRecordException("field " + fields.get(i) + " must not be blank");
      }
    }
    return IntStream.range(0, values.length)
        .mapToObj(i -> String.valueOf(values[i]))
        .map(value -> kind == RecordKind.DOCUMENT ? document(value) : withNewlines(value).strip())
        .toList();
  }

  private static boolean hasHalfAPair(String value) {
    for (int i = 0; i < value.length(); i++) {
      if (Character.isSurrogate(value.charAt(i))) {
        if (!Character.isSurrogatePair(
            value.charAt(i), i + 1 < value.length() ? value.charAt(i + 1) : 0)) {
          return true;
        }
        i++;
      }
    }
    return false;
  }

  /** Removes blank lines around a document, as in plain text. */
  private static String document(String value) {
    String text = withNewlines(value);
    int start = 0;
    for (int i = 0; Character.isWhitespace(text.charAt(i)); i++) {
      start = text.charAt(i) == '\n' ? i + 1 : start;
    }
    int end = text.length();
    for (int i = end - 1; Character.isWhitespace(text.charAt(i)); i--) {
      end = text.charAt(i) == '\n' ? i : end;
    }
    return text.substring(start, end);
  }

  private static String withNewlines(String value) {
    return value.indexOf('\r') < 0 ? value : value.replace("\r\n", "\n").replace('\r', '\n');
  }

  /** Returns the number of records. */
  RecordCount count() {
    return count;
  }
}
