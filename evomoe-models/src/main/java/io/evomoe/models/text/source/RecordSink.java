package io.evomoe.models.text.source;

import io.evomoe.models.internal.text.Utf8Text;
import io.evomoe.models.text.source.RecordFormat.BadRecordException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Checks and counts the records of a file, and rejects or skips bad ones. */
final class RecordSink implements RecordFormat.Records {
  /** Maximum number of bad records that are named. */
  private static final int NAMED = 10;

  private final RecordFormat.Request request;
  private final String unit;
  private final Consumer<DataSource.Row> taker;
  private final List<Long> named = new ArrayList<>();
  private long records;
  private long blank;
  private long bad;

  /**
   * Creates a sink.
   *
   * @param unit numbered unit, for messages: {@code line} or {@code row}
   */
  RecordSink(RecordFormat.Request request, String unit, Consumer<DataSource.Row> taker) {
    this.request = request;
    this.unit = unit;
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
      blank++;
    } else {
      records++;
      taker.accept(new DataSource.Row(line, read));
    }
  }

  private void bad(long line, String fault) {
    if (!request.data().skipBadLines()) {
      throw new IllegalArgumentException(
          "%s, %s %d: %s".formatted(request.name(), unit, line, fault));
    }
    bad++;
    if (named.size() < NAMED) {
      named.add(line);
    }
  }

  /** Returns the values; none if all are blank. */
  private List<String> checked(@Nullable String[] values) throws BadRecordException {
    List<String> fields = request.fields();
    List<String> texts = new ArrayList<>();
    if (request.kind() == RecordKind.CHAT) {
      for (String text : ChatRecord.of(values)) {
        texts.add(checked(text, "message"));
      }
      return texts;
    }
    for (int i = 0; i < values.length; i++) {
      String value = values[i];
      if (value == null) {
        throw new BadRecordException("has no field " + fields.get(i));
      }
      String text = checked(value, "field " + fields.get(i));
      boolean keepsLines = request.kind() == RecordKind.DOCUMENT && !text.isBlank();
      texts.add(keepsLines ? document(text) : text.strip());
    }
    int blanks = Collections.frequency(texts, "");
    if (blanks > 0 && blanks < texts.size()) {
      throw new BadRecordException("field " + fields.get(texts.indexOf("")) + " must not be blank");
    }
    return blanks > 0 ? List.of() : texts;
  }

  private static String checked(String value, String what) throws BadRecordException {
    if (Utf8Text.loneSurrogate(value) >= 0) {
      throw new BadRecordException(what + " holds half a surrogate pair");
    }
    return Utf8Text.withLineFeeds(value);
  }

  /** Removes blank lines around a document, as in plain text. */
  private static String document(String text) {
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

  /** Returns the number of records, without skipped ones. */
  long records() {
    return records;
  }

  /** Returns a description of the skipped records; empty if there are none. */
  String leftOut() {
    List<String> words = new ArrayList<>();
    if (blank > 0) {
      words.add(String.format(Locale.ROOT, "%,d without text left out", blank));
    }
    if (bad > 0) {
      words.add(
          "%s left out: %s%s"
              .formatted(
                  RecordKind.counted(bad, "bad " + unit),
                  named.stream().map(String::valueOf).collect(Collectors.joining(", ")),
                  bad > named.size() ? ", ..." : ""));
    }
    return String.join("; ", words);
  }
}
