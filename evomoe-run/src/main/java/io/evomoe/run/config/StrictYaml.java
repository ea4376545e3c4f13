package io.evomoe.run.config;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.cfg.MutableConfigOverride;
import com.fasterxml.jackson.databind.exc.InvalidNullException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.evomoe.internal.files.FileTree;
import io.evomoe.internal.files.IoReason;
import io.evomoe.internal.names.Suggestion;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.models.text.source.RecordFormat;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Converts YAML to records. Unknown, duplicate, missing and mistyped fields are rejected with one
 * sentence that names the file and the field.
 */
public final class StrictYaml {
  private static final int MOST_BYTES = 1 << 18;

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
   * @throws IllegalArgumentException naming the source
   */
  public static ObjectNode parse(String text, String source) {
    try {
      if (YAML.readTree(text) instanceof ObjectNode fields) {
        return fields;
      }
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "configuration %s is not YAML: %s".formatted(source, YamlMistake.text(text, e)), e);
    }
    throw new IllegalArgumentException(
        "configuration " + source + " must be a mapping of fields to values");
  }

  /**
   * Reads a file that is a mapping.
   *
   * @throws IllegalArgumentException naming the file
   */
  public static ObjectNode read(Path file) {
    FileTree.requireNoPipe("configuration " + file, file);
    try {
      return parse(content(file), file.toString());
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

  /**
   * Explains in one sentence why fields do not fit a record: the field, its allowed values, and the
   * given value.
   *
   * @param tree the fields
   * @param type target record
   */
  record BindingMistake(JsonNode tree, Class<?> type) {
    private static final int SHOWN = 60;

    /** Returns the sentence. */
    String text(JsonProcessingException e) {
      if (!(e instanceof JsonMappingException mistake)) {
        return "must be a mapping of fields to values";
      }
      String field = name(mistake.getPath());
      if (mistake instanceof UnrecognizedPropertyException unknown) {
        return unknown(field, unknown.getReferringClass());
      }
      if (mistake instanceof InvalidNullException) {
        return field + " must be given, is missing or empty";
      }
      if (mistake.getCause() instanceof IllegalArgumentException refused) {
        return refused(field, String.valueOf(refused.getMessage()));
      }
      JsonNode value = at(mistake.getPath());
      Class<?> target =
          mistake instanceof MismatchedInputException mismatch ? mismatch.getTargetType() : null;
      return "%s must be %s, was %s%s"
          .formatted(field, expected(mistake, target), shown(value), meant(target, value));
    }

    /** Returns the message for a path that leads to no field. */
    String unknown(String field, Class<?> record) {
      Map<String, RecordComponent> known = new LinkedHashMap<>();
      ConfigFile.collect("", type, known);
      String meant = Suggestion.text(field, known.keySet());
      return "unknown field " + field + (meant.isEmpty() ? "; known are " + names(record) : meant);
    }

    /** Returns a record's message on one of its fields, with the record's name before it. */
    private String refused(String record, String message) {
      JsonNode fields = record.isEmpty() ? tree : tree.at("/" + record.replace('.', '/'));
      if (fields.isValueNode()) {
        return record + message.replaceFirst("^\\w+", "");
      }
      boolean ofItsField = fields.has(message.replaceFirst("\\W.*", ""));
      return record.isEmpty() || !ofItsField ? message : record + "." + message;
    }

    private static String expected(JsonMappingException mistake, @Nullable Class<?> target) {
      if (mistake.getCause() instanceof InputCoercionException number) {
        boolean isInt = number.getTargetType() == int.class;
        return "a whole number of at most " + (isInt ? Integer.MAX_VALUE : Long.MAX_VALUE);
      }
      if (target == null) {
        return "another value";
      }
      if (target.isEnum()) {
        return "one of " + Arrays.toString(target.getEnumConstants());
      }
      return switch (target.getSimpleName()) {
        case "int", "long", "Integer", "Long", "OptionalLong" -> "a whole number";
        case "double", "Double" -> "a number";
        case "boolean", "Boolean" -> "true or false";
        case "String" -> "text";
        default ->
            Collection.class.isAssignableFrom(target) ? "a list" : "a mapping of fields to values";
      };
    }

    private static String meant(@Nullable Class<?> target, JsonNode value) {
      return target != null && target.isEnum()
          ? Suggestion.text(
              value.asText(), Stream.of(target.getEnumConstants()).map(Object::toString).toList())
          : "";
    }

    private JsonNode at(List<JsonMappingException.Reference> path) {
      JsonNode node = tree;
      for (JsonMappingException.Reference step : path) {
        node =
            step.getFieldName() == null
                ? node.path(step.getIndex())
                : node.path(step.getFieldName());
      }
      return node;
    }

    private static String shown(JsonNode value) {
      String written = value.isValueNode() ? value.asText() : value.toString();
      String text = written.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
      if (text.isEmpty()) {
        return "empty";
      }
      return text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
    }

    private static String name(List<JsonMappingException.Reference> path) {
      StringBuilder name = new StringBuilder();
      for (JsonMappingException.Reference step : path) {
        if (step.getFieldName() == null) {
          name.append('[').append(step.getIndex()).append(']');
        } else {
          name.append(name.isEmpty() ? "" : ".").append(step.getFieldName());
        }
      }
      return name.toString();
    }

    private static List<String> names(@Nullable Class<?> record) {
      return record == null || !record.isRecord()
          ? List.of()
          : Stream.of(record.getRecordComponents()).map(RecordComponent::getName).toList();
    }
  }
}
