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
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Records of one JSON object per line. */
final class JsonLines {
  private static final ObjectReader JSON =
      new JsonMapper(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxStringLength(Lines.LONGEST).build())
                  .build())
          .reader()
          .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** Maximum number of fields that a message names. */
  private static final int NAMED = 8;

  private JsonLines() {}

  static void read(
      String name, Path file, RecordKind kind, List<String> fields, RecordFormat.Records sink) {
    try (Lines lines = new Lines(name, file)) {
      for (String line = lines.next(); line != null; line = lines.next()) {
        if (!line.isBlank()) {
          String text = line;
          sink.add(lines.number(), () -> values(text, kind, fields));
        }
      }
    }
  }

  private static @Nullable String[] values(String line, RecordKind kind, List<String> fields)
      throws BadRecordException {
    JsonNode object = object(line);
    if (!object.isObject()) {
      throw new BadRecordException("must be a JSON object with field " + fields.get(0));
    }
    @Nullable String[] values = new String[fields.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = value(object, fields.get(i), kind.isName(i));
    }
    return values;
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
      List<String> names = object.properties().stream().map(e -> Excerpt.of(e.getKey())).toList();
      throw new BadRecordException(
          "has no field %s%s%s%s"
              .formatted(
                  field,
                  names.isEmpty() ? "" : ", has ",
                  names.stream().limit(NAMED).collect(Collectors.joining(", ")),
                  names.size() > NAMED ? ", ..." : ""));
    }
    if (!value.isTextual() && !(isName && (value.isIntegralNumber() || value.isBoolean()))) {
      throw new BadRecordException(
          "field %s must be a string, is %s"
              .formatted(
                  field,
                  switch (value.getNodeType()) {
                    case OBJECT -> "an object";
                    case ARRAY -> "a list";
                    default -> Excerpt.of(value);
                  }));
    }
    return value.asText();
  }
}
