package io.evomoe.models.text.source;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.evomoe.internal.files.Excerpt;
import io.evomoe.models.internal.text.UnreadFormats;
import io.evomoe.models.internal.text.Utf8Text;
import io.evomoe.models.text.source.RecordFormat.BadRecordException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Records of one line each: JSON objects, or two columns. Blank lines are ignored. */
final class LineRecords {
  private static final ObjectReader JSON =
      new JsonMapper(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxStringLength(Utf8Text.LONGEST_RECORD)
                          .build())
                  .build())
          .reader()
          .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private LineRecords() {}

  /** Reads a file of one JSON object per line. */
  static void readJson(RecordFormat.Request request, RecordFormat.Records sink) {
    List<String> fields = request.fields();
    read(request, sink, line -> values(line, request.kind(), fields));
  }

  /**
   * Reads lines of two columns, without names and quotes. Two empty columns are ignored.
   *
   * @return a description of the lines
   */
  static String readTabbed(RecordFormat.Request request, RecordFormat.Records sink) {
    UnreadFormats.refuseByLook(request.name(), request.file());
    read(request, sink, line -> columns(line, request.kind()));
    return "lines of " + String.join(" TAB ", request.kind().columns());
  }

  /** Reads the values of a line. */
  private interface Parser {
    @Nullable String[] values(String line) throws BadRecordException;
  }

  private static void read(RecordFormat.Request request, RecordFormat.Records sink, Parser parser) {
    Utf8Text.lines(
        request.name(),
        request.file(),
        (line, number) -> {
          if (!line.isBlank()) {
            sink.add(number, () -> parser.values(line));
          }
        });
  }

  private static @Nullable String[] values(String line, RecordKind kind, List<String> fields)
      throws BadRecordException {
    JsonNode object = object(line);
    if (!object.isObject()) {
      throw new BadRecordException("must be a JSON object with field " + fields.get(0));
    }
    if (kind == RecordKind.CHAT && !object.has(fields.get(0))) {
      return new String[] {messages(object)};
    }
    @Nullable String[] values = new String[fields.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = value(object, fields.get(i), kind.isName(i));
    }
    return values;
  }

  private static String messages(JsonNode object) throws BadRecordException {
    JsonNode messages = object.get(ChatRecord.MESSAGES);
    if (messages == null) {
      List<String> names = object.properties().stream().map(Map.Entry::getKey).toList();
      throw new BadRecordException(
          "must have field messages, or prompt and completion, has " + DataSource.some(names));
    }
    return messages.toString();
  }

  private static JsonNode object(String line) throws BadRecordException {
    try {
      return JSON.readTree(line);
    } catch (MismatchedInputException e) {
      throw new BadRecordException("must be one JSON object, has more behind it");
    } catch (JsonProcessingException e) {
      JsonLocation place = e.getLocation();
      String fault =
          place == null
              ? "cannot be read as JSON"
              : "is not JSON, at column " + place.getColumnNr();
      throw new BadRecordException(fault + ": " + Excerpt.ofParser(e.getOriginalMessage()));
    }
  }

  private static String value(JsonNode object, String field, boolean isName)
      throws BadRecordException {
    JsonNode value = object.get(field);
    if (value == null) {
      List<String> names = object.properties().stream().map(Map.Entry::getKey).toList();
      throw new BadRecordException(
          "has no field " + field + (names.isEmpty() ? "" : ", has " + DataSource.some(names)));
    }
    if (!value.isTextual() && !(isName && (value.isIntegralNumber() || value.isBoolean()))) {
      throw new BadRecordException(
          "field %s must be a string, is %s".formatted(field, Excerpt.of(value)));
    }
    return value.asText();
  }

  private static String[] columns(String line, RecordKind kind) throws BadRecordException {
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
