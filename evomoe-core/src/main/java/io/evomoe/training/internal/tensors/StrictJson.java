package io.evomoe.training.internal.tensors;

import io.evomoe.internal.files.Excerpt;
import java.util.Objects;
import java.util.stream.Collectors;
import org.nd4j.shade.jackson.annotation.JsonSetter;
import org.nd4j.shade.jackson.annotation.Nulls;
import org.nd4j.shade.jackson.core.JsonLocation;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.DeserializationFeature;
import org.nd4j.shade.jackson.databind.JsonMappingException;
import org.nd4j.shade.jackson.databind.MapperFeature;
import org.nd4j.shade.jackson.databind.SerializationFeature;
import org.nd4j.shade.jackson.databind.json.JsonMapper;

/**
 * A strict JSON reader and writer. It rejects duplicate, unknown and missing names, nulls, values
 * of another type, and trailing text. Values are bound to types, so no nesting takes memory.
 */
public final class StrictJson {
  public static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .defaultSetterInfo(JsonSetter.Value.forValueNulls(Nulls.FAIL, Nulls.FAIL))
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .build();

  private StrictJson() {}

  /** Returns why a text cannot be read, with its field and place. */
  public static String reason(JsonProcessingException e) {
    JsonLocation at = Objects.requireNonNullElse(e.getLocation(), JsonLocation.NA);
    String field =
        e instanceof JsonMappingException mapping
            ? mapping.getPath().stream()
                .map(part -> Objects.requireNonNullElse(part.getFieldName(), "" + part.getIndex()))
                .collect(Collectors.joining("."))
            : "";
    String fault =
        field.isEmpty()
            ? "is not JSON of the expected form"
            : "is missing, unknown or of another type";
    if (e.getCause() instanceof IllegalArgumentException outOfBounds) {
      fault = "has a value that is not allowed: " + outOfBounds.getMessage();
    }
    return "%s %s at line %d, column %d"
        .formatted(
            field.isEmpty() ? "it" : "field " + Excerpt.of(field),
            fault,
            at.getLineNr(),
            at.getColumnNr());
  }
}
