package io.evomoe.bench.run;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.MutableConfigOverride;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.evomoe.bench.report.AtomicFile;
import io.evomoe.kernel.Activation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/** Run configurations as YAML. A file may name only what differs from the preset. */
public final class ConfigFile {
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
  private static final ObjectMapper TREE =
      JsonMapper.builder()
          .defaultSetterInfo(JsonSetter.Value.construct(Nulls.FAIL, Nulls.FAIL))
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .withConfigOverride(Long.class, ConfigFile::mayBeNull)
          .withConfigOverride(Integer.class, ConfigFile::mayBeNull)
          .withConfigOverride(Activation.class, ConfigFile::mayBeNull)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.READ_ENUMS_USING_TO_STRING)
          .enable(SerializationFeature.WRITE_ENUMS_USING_TO_STRING)
          .build();

  /** The field whose entries, a gate each, need not be there to be set. */
  private static final String GATE_OPTIONS = "gateOptions";

  private ConfigFile() {}

  private static void mayBeNull(MutableConfigOverride type) {
    type.setSetterInfo(JsonSetter.Value.forValueNulls(Nulls.SET));
  }

  /** Writes a configuration in full; a reader sees the old file or the whole new one. */
  public static void write(Path file, RunConfig config) {
    AtomicFile.write(file, text(config));
  }

  /** The text of a file in full. */
  static String text(RunConfig config) {
    try {
      return YAML.writeValueAsString(config);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a configuration has a YAML form", e);
    }
  }

  /** Reads a configuration that was written in full, by this version or an earlier one. */
  public static RunConfig read(Path file) {
    ObjectNode complete = laterFields();
    merge(complete, tree(file));
    return bind(complete, file.toString());
  }

  /** What files of earlier versions meant by leaving it out. */
  private static ObjectNode laterFields() {
    ObjectNode fields = TREE.createObjectNode();
    fields.putObject("model").put("sharedExperts", 0);
    fields.set("compute", TREE.valueToTree(ComputeSettings.DEFAULT));
    fields.set("architecture", TREE.valueToTree(ArchitectureSettings.DEFAULT));
    fields.set("guards", TREE.valueToTree(GuardSettings.DEFAULT));
    return fields;
  }

  /** The defaults with what a file says instead. */
  public static RunConfig overlay(RunConfig defaults, Path file) {
    ObjectNode merged = TREE.valueToTree(defaults);
    merge(merged, tree(file));
    return bind(merged, file.toString());
  }

  /**
   * The configuration with one value replaced.
   *
   * @param path dotted field, such as {@code training.steps} or {@code gateOptions.switch.alpha}
   * @param value as YAML text
   */
  public static RunConfig set(RunConfig config, String path, String value) {
    ObjectNode tree = TREE.valueToTree(config);
    ObjectNode parent = tree;
    String[] parts = path.split("\\.", -1);
    for (int i = 0; i < parts.length - 1; i++) {
      boolean isGate = i == 1 && parts[0].equals(GATE_OPTIONS) && !parent.has(parts[i]);
      JsonNode child = isGate ? parent.putObject(parts[i]) : parent.get(parts[i]);
      if (!(child instanceof ObjectNode object)) {
        throw new IllegalArgumentException("unknown configuration field " + path);
      }
      parent = object;
    }
    try {
      parent.set(parts[parts.length - 1], YAML.readTree(value));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(path + " is not a value: " + value, e);
    }
    return bind(tree, path);
  }

  private static ObjectNode tree(Path file) {
    try {
      JsonNode tree = YAML.readTree(Files.readString(file));
      if (tree instanceof ObjectNode object) {
        return object;
      }
      throw new IllegalArgumentException(
          "configuration " + file + " must be a mapping of fields to values");
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "configuration " + file + " is not YAML: " + firstLine(e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "configuration " + file + " must be a readable UTF-8 file", e);
    }
  }

  private static void merge(ObjectNode into, ObjectNode from) {
    for (Map.Entry<String, JsonNode> field : from.properties()) {
      JsonNode old = into.get(field.getKey());
      if (old instanceof ObjectNode oldObject && field.getValue() instanceof ObjectNode newObject) {
        merge(oldObject, newObject);
      } else {
        into.set(field.getKey(), field.getValue());
      }
    }
  }

  private static RunConfig bind(ObjectNode tree, String source) {
    try {
      return TREE.treeToValue(tree, RunConfig.class);
    } catch (UnrecognizedPropertyException e) {
      throw new IllegalArgumentException(
          "%s: unknown field %s; known are %s".formatted(source, where(e), e.getKnownPropertyIds()),
          e);
    } catch (JsonMappingException e) {
      Throwable cause = e.getCause();
      String reason =
          cause instanceof IllegalArgumentException
              ? String.valueOf(cause.getMessage())
              : where(e) + ": " + firstLine(e.getOriginalMessage());
      throw new IllegalArgumentException(source + ": " + reason, e);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(source + ": " + firstLine(e.getOriginalMessage()), e);
    }
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
