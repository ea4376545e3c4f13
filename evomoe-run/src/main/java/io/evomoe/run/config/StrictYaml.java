package io.evomoe.run.config;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.cfg.MutableConfigOverride;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.evomoe.internal.files.InputFile;
import io.evomoe.internal.files.IoReason;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.models.text.source.RecordFormat;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * Converts YAML to records. Unknown, duplicate, missing and mistyped fields are rejected with one
 * sentence that names the file and the field.
 */
public final class StrictYaml {
  private static final int MOST_BYTES = 1 << 18;
  private static final Pattern PACKAGES = Pattern.compile("\\b(?:[a-z]\\w*\\.)+(?=[A-Z])");

  private static final ObjectMapper YAML =
      YAMLMapper.builder(new YAMLFactory())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** Only fields of these types may be empty; any other null is a missing field. */
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .defaultSetterInfo(JsonSetter.Value.construct(Nulls.FAIL, Nulls.FAIL))
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
          .withCoercionConfig(
              LogicalType.Boolean,
              no -> no.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail))
          .withConfigOverride(OptionalLong.class, StrictYaml::mayBeNull)
          .withConfigOverride(Integer.class, StrictYaml::mayBeNull)
          .withConfigOverride(Duration.class, StrictYaml::mayBeNull)
          .withConfigOverride(ActivationFunction.class, StrictYaml::mayBeNull)
          .withConfigOverride(RecordFormat.class, StrictYaml::mayBeNull)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.READ_ENUMS_USING_TO_STRING)
          .enable(SerializationFeature.WRITE_ENUMS_USING_TO_STRING)
          .build();

  private StrictYaml() {}

  private static void mayBeNull(MutableConfigOverride type) {
    type.setSetterInfo(JsonSetter.Value.forValueNulls(Nulls.SET));
  }

  /** Returns the full text of a record. */
  public static String text(Object value) {
    try {
      return YAML.writeValueAsString(fields(value));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a configuration has a YAML form", e);
    }
  }

  /** Returns the fields of a record. */
  public static ObjectNode fields(Object value) {
    return JSON.valueToTree(value);
  }

  /** Returns an empty mapping. */
  public static ObjectNode nothing() {
    return JSON.createObjectNode();
  }

  /** Parses a text as a YAML value; returns the text itself if it is not YAML. */
  static JsonNode value(String text) {
    try {
      JsonNode value = YAML.readTree(text);
      return value.isMissingNode() ? TextNode.valueOf(text) : value;
    } catch (JsonProcessingException e) {
      return TextNode.valueOf(text);
    }
  }

  /**
   * Reads a text that is a mapping.
   *
   * @param source name of the text, for messages
   */
  public static ObjectNode parse(String text, String source) {
    if (value(text) instanceof ObjectNode fields) {
      return fields;
    }
    throw new IllegalArgumentException(
        "configuration in " + source + " must be a mapping of fields to values");
  }

  /**
   * Reads a file that is a mapping.
   *
   * @throws IllegalArgumentException naming the file
   */
  public static ObjectNode read(Path file) {
    InputFile.requireNoPipe("configuration " + file, file);
    try {
      JsonNode tree = YAML.readTree(content(file));
      if (tree instanceof ObjectNode object) {
        return object;
      }
      throw new IllegalArgumentException(
          "configuration " + file + " must be a mapping of fields to values");
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "configuration %s is not YAML: line %d, column %d: %s"
              .formatted(
                  file,
                  e.getLocation().getLineNr(),
                  e.getLocation().getColumnNr(),
                  firstLine(e.getOriginalMessage())),
          e);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("configuration " + file + " must be UTF-8", e);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "configuration " + file + " cannot be read: " + IoReason.of(e, file), e);
    }
  }

  /**
   * SnakeYAML copies a comment or text again for each kilobyte it reads, so its time grows with the
   * square of the length.
   */
  private static String content(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw new IllegalArgumentException(
            "configuration %s must have at most %d bytes, has more".formatted(file, MOST_BYTES));
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    }
  }

  /** Replaces fields; mappings are merged field by field. */
  private static void merge(ObjectNode into, ObjectNode from) {
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
   * Converts fields to a record.
   *
   * @param source for the message; empty if the fields are enough
   * @throws IllegalArgumentException naming source and field
   */
  public static <T> T bind(ObjectNode tree, Class<T> type, String source) {
    try {
      return JSON.treeToValue(tree, type);
    } catch (JsonProcessingException e) {
      String mistake = new BindingMistake(tree, type).text(e);
      throw new IllegalArgumentException(source.isEmpty() ? mistake : source + ": " + mistake, e);
    }
  }

  /** The same, with these defaults, to which the fields are added. */
  public static <T> T bind(ObjectNode defaults, ObjectNode fields, Class<T> type, String source) {
    merge(defaults, fields);
    return bind(defaults, type, source);
  }

  /** Returns the first line, without the packages of Java classes. */
  private static String firstLine(String text) {
    return PACKAGES.matcher(text.lines().findFirst().orElse("")).replaceAll("");
  }
}
