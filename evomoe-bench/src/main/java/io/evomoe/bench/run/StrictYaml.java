package io.evomoe.bench.run;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.MutableConfigOverride;
import com.fasterxml.jackson.databind.exc.InvalidNullException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.evomoe.kernel.Activation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * YAML that becomes records. Unknown, doubled, forgotten and mistyped fields are refused in one
 * sentence that names the file and the field.
 */
public final class StrictYaml {
  private static final Pattern PACKAGES = Pattern.compile("\\b(?:[a-z]\\w*\\.)+(?=[A-Z])");

  private static final ObjectMapper YAML =
      YAMLMapper.builder(new YAMLFactory())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.READ_ENUMS_USING_TO_STRING)
          .enable(SerializationFeature.WRITE_ENUMS_USING_TO_STRING)
          .build();

  /** What may be left empty is a {@code Long}; anything else that is null was forgotten. */
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .defaultSetterInfo(JsonSetter.Value.construct(Nulls.FAIL, Nulls.FAIL))
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .withConfigOverride(Long.class, StrictYaml::mayBeNull)
          .withConfigOverride(Integer.class, StrictYaml::mayBeNull)
          .withConfigOverride(Activation.class, StrictYaml::mayBeNull)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.READ_ENUMS_USING_TO_STRING)
          .enable(SerializationFeature.WRITE_ENUMS_USING_TO_STRING)
          .build();

  private StrictYaml() {}

  private static void mayBeNull(MutableConfigOverride type) {
    type.setSetterInfo(JsonSetter.Value.forValueNulls(Nulls.SET));
  }

  /** The text of a record in full. */
  public static String text(Object value) {
    try {
      return YAML.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a configuration has a YAML form", e);
    }
  }

  /** The fields of a record. */
  static ObjectNode fields(Object value) {
    return JSON.valueToTree(value);
  }

  /** No field. */
  public static ObjectNode nothing() {
    return JSON.createObjectNode();
  }

  /**
   * The value of one field.
   *
   * @param path of the field, for the message
   */
  static JsonNode value(String path, String text) {
    try {
      return YAML.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(path + " is not a value: " + text, e);
    }
  }

  /**
   * A file that is a mapping.
   *
   * @throws IllegalArgumentException naming the file
   */
  public static ObjectNode read(Path file) {
    try {
      JsonNode tree = YAML.readTree(Files.readString(file));
      if (tree instanceof ObjectNode object) {
        return object;
      }
      throw new IllegalArgumentException(
          "configuration " + file + " must be a mapping of fields to values");
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "configuration %s is not YAML: %s%s"
              .formatted(file, place(e.getLocation()), firstLine(e.getOriginalMessage())),
          e);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "configuration " + file + " must be a readable UTF-8 file", e);
    }
  }

  /** Puts fields in place of others; mappings are merged field by field. */
  public static void merge(ObjectNode into, ObjectNode from) {
    for (Map.Entry<String, JsonNode> field : from.properties()) {
      JsonNode old = into.get(field.getKey());
      if (old instanceof ObjectNode oldObject && field.getValue() instanceof ObjectNode newObject) {
        merge(oldObject, newObject);
      } else {
        into.set(field.getKey(), field.getValue().deepCopy());
      }
    }
  }

  /**
   * A record of these fields.
   *
   * @param source for the message
   * @throws IllegalArgumentException naming source and field
   */
  public static <T> T bind(ObjectNode tree, Class<T> type, String source) {
    try {
      return JSON.treeToValue(tree, type);
    } catch (UnrecognizedPropertyException e) {
      throw new IllegalArgumentException(
          "%s: unknown field %s; known are %s".formatted(source, where(e), e.getKnownPropertyIds()),
          e);
    } catch (InvalidNullException e) {
      throw new IllegalArgumentException(
          "%s: %s must be given, is missing or empty".formatted(source, where(e)), e);
    } catch (JsonMappingException e) {
      Throwable cause = e.getCause();
      String field = where(e).equals(source) ? "" : where(e) + ": ";
      String reason =
          cause instanceof IllegalArgumentException
              ? String.valueOf(cause.getMessage())
              : field + firstLine(e.getOriginalMessage());
      throw new IllegalArgumentException(source + ": " + reason, e);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(source + ": " + firstLine(e.getOriginalMessage()), e);
    }
  }

  private static String place(@Nullable JsonLocation location) {
    return location == null
        ? ""
        : "line %d, column %d: ".formatted(location.getLineNr(), location.getColumnNr());
  }

  private static String where(JsonMappingException e) {
    StringBuilder path = new StringBuilder();
    for (JsonMappingException.Reference step : e.getPath()) {
      path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
    }
    return path.toString();
  }

  /** The first line, without the packages of Java classes. */
  private static String firstLine(String text) {
    return PACKAGES.matcher(text.lines().findFirst().orElse("")).replaceAll("");
  }
}
