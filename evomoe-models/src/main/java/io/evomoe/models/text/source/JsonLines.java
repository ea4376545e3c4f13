package io.evomoe.models.text.source;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.evomoe.internal.files.Excerpt;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Records of one JSON object per line. */
final class JsonLines {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Lines.LONGEST).build())
          .build();

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
    @Nullable String[] values = new String[fields.size()];
    List<String> names = new ArrayList<>();
    try (JsonParser parser = JSON.createParser(line)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new BadRecordException("must be a JSON object with field " + fields.get(0));
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        names.add(parser.currentName());
        int field = fields.indexOf(parser.currentName());
        JsonToken value = parser.nextToken();
        if (field < 0) {
          parser.skipChildren();
        } else {
          values[field] = value(parser, value, fields.get(field), kind.isName(field));
        }
      }
      if (parser.nextToken() != null) {
        throw new BadRecordException("must be one JSON object, has more behind it");
      }
    } catch (JsonProcessingException e) {
      JsonLocation place = e.getLocation();
      String fault =
          place == null
              ? "cannot be read as JSON"
              : "is not JSON, at column " + place.getColumnNr();
      throw new BadRecordException(fault + ": " + Excerpt.ofParser(e.getOriginalMessage()));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a text in memory
    }
    requireAll(values, fields, names);
    return values;
  }

  private static void requireAll(@Nullable String[] values, List<String> fields, List<String> names)
      throws BadRecordException {
    int missing = Arrays.asList(values).indexOf(null);
    if (missing >= 0) {
      String has = names.stream().limit(NAMED).map(Excerpt::of).collect(Collectors.joining(", "));
      throw new BadRecordException(
          "has no field %s%s%s"
              .formatted(
                  fields.get(missing),
                  has.isEmpty() ? "" : ", has " + has,
                  names.size() > NAMED ? ", ..." : ""));
    }
  }

  private static String value(JsonParser parser, JsonToken value, String field, boolean isName)
      throws IOException, BadRecordException {
    boolean isFit =
        value == JsonToken.VALUE_STRING
            || (isName && (value == JsonToken.VALUE_NUMBER_INT || value.isBoolean()));
    if (!isFit) {
      throw new BadRecordException(
          "field %s must be a string, is %s"
              .formatted(
                  field,
                  switch (value) {
                    case START_OBJECT -> "an object";
                    case START_ARRAY -> "a list";
                    default -> Excerpt.of(parser.getText());
                  }));
    }
    return parser.getText();
  }
}
