package io.evomoe.run.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.evomoe.internal.files.AtomicFile;
import io.evomoe.internal.names.Field;
import io.evomoe.internal.names.Fields;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.run.config.StrictYaml.BindingMistake;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Reads and writes run configurations as YAML, whole or field by field. A file may contain only the
 * fields that differ from the preset.
 */
public final class ConfigFile {
  /** The gate options by gate; the entries of the run's own gate are bound to the model. */
  static final String GATE_OPTIONS = "gateOptions";

  static final Map<String, RecordComponent> ALL = new LinkedHashMap<>();

  static {
    collect("", RunConfig.class, ALL);
    ALL.values().removeIf(field -> field.getType().isRecord());
  }

  private ConfigFile() {}

  /** Writes a full configuration atomically: a reader sees the old file or the whole new one. */
  public static void write(Path file, RunConfig config) {
    AtomicFile.write(file, text(config));
  }

  /** Returns the text of a full file. */
  public static String text(RunConfig config) {
    return StrictYaml.text(config);
  }

  /**
   * Reads the configuration of a run; missing fields have their defaults. Without {@code
   * data.documents}, which earlier runs did not have, documents are paragraphs.
   */
  public static RunConfig read(Path file) {
    return read(StrictYaml.read(file), file.toString());
  }

  /**
   * Reads a full configuration from text.
   *
   * @param source of the text, for messages
   */
  public static RunConfig parse(String text, String source) {
    return read(StrictYaml.parse(text, source), source);
  }

  /**
   * Reads a full configuration from fields.
   *
   * @param source of the fields, for messages
   */
  public static RunConfig read(ObjectNode fields, String source) {
    ObjectNode defaults = defaults(RunConfig.class);
    defaults.withObject("data").put("documents", DataForm.PARAGRAPHS.documents());
    return StrictYaml.bind(defaults, fields, RunConfig.class, source);
  }

  /** Returns the defaults with the fields of a file in their place. */
  public static RunConfig overlay(RunConfig defaults, Path file) {
    return overlay(defaults, StrictYaml.read(file), file.toString());
  }

  /**
   * Returns the defaults with these fields in their place.
   *
   * @param source of the fields, for messages
   */
  public static RunConfig overlay(RunConfig defaults, ObjectNode fields, String source) {
    return StrictYaml.bind(StrictYaml.fields(defaults), fields, RunConfig.class, source);
  }

  /**
   * Returns the configuration with one changed value.
   *
   * @param path dotted field, such as {@code training.steps} or {@code gateOptions.switch.alpha}
   * @param value as YAML text
   */
  public static RunConfig set(RunConfig config, String path, String value) {
    return set(config, Map.of(path, value));
  }

  /**
   * Returns the configuration, or a part of one, with changed values; they are checked together.
   *
   * @param fields YAML text by dotted field
   */
  @SuppressWarnings("unchecked") // the class of the record
  public static <R extends Record> R set(R config, Map<String, String> fields) {
    ObjectNode tree = StrictYaml.fields(config);
    fields.forEach((path, text) -> set(tree, path, text, config.getClass()));
    return (R) StrictYaml.bind(tree, config.getClass(), "");
  }

  private static void set(ObjectNode tree, String path, String text, Class<?> type) {
    ObjectNode parent = tree;
    String[] parts = path.split("\\.", -1);
    for (int i = 0; i < parts.length - 1; i++) {
      // A gate may have no options yet, and any of its own can be set.
      boolean isGate = i == 1 && parts[0].equals(GATE_OPTIONS) && !parent.has(parts[i]);
      JsonNode child = isGate ? parent.putObject(parts[i]) : parent.get(parts[i]);
      if (!(child instanceof ObjectNode object)) {
        throw new IllegalArgumentException(new BindingMistake(tree, type).unknown(path, type));
      }
      parent = object;
    }
    String name = parts[parts.length - 1];
    JsonNode value = StrictYaml.value(text);
    boolean isText = parent.path(name).isTextual() && (value.isNumber() || value.isBoolean());
    parent.set(name, isText ? TextNode.valueOf(text) : value);
  }

  /** Collects the fields of a record by their dotted names, records before their own fields. */
  static void collect(String prefix, Class<?> record, Map<String, RecordComponent> into) {
    for (RecordComponent field : record.getRecordComponents()) {
      String name = prefix + field.getName();
      into.put(name, field);
      if (field.getType().isRecord()) {
        collect(name + ".", field.getType(), into);
      }
    }
  }

  /** Returns the fields of a record that have a default, with these defaults. */
  static ObjectNode defaults(Class<?> record) {
    ObjectNode defaults = StrictYaml.nothing();
    for (RecordComponent field : record.getRecordComponents()) {
      String initial = Fields.initial(field);
      if (field.getType().isRecord()) {
        defaults.set(field.getName(), defaults(field.getType()));
      } else if (!initial.isEmpty()) {
        defaults.set(field.getName(), initial(field));
      }
    }
    return defaults;
  }

  /** Returns the default of a field that has one. */
  static JsonNode initial(RecordComponent field) {
    String initial = Fields.initial(field);
    return field.getType() == String.class ? TextNode.valueOf(initial) : StrictYaml.value(initial);
  }

  /** Whether no number depends on a field, by its dotted name. */
  public static boolean isFree(String field) {
    return kind(field) == Field.Kind.FREE;
  }

  /** Whether a model depends on a field, by its dotted name, so that a saved one has its value. */
  public static boolean isOfModel(String field) {
    return kind(field) == Field.Kind.MODEL;
  }

  /** Returns the kind of a field; an option has that of all options. */
  static Field.Kind kind(String field) {
    String name = field;
    while (!ALL.containsKey(name)) {
      if (name.indexOf('.') < 0) {
        throw new IllegalArgumentException("field must be one of a configuration, was " + field);
      }
      name = name.substring(0, name.lastIndexOf('.'));
    }
    return Fields.of(Objects.requireNonNull(ALL.get(name))).kind();
  }

  /** Returns all fields with their values as text; gate options are those of the run's gate. */
  public static Map<String, String> values(RunConfig config) {
    Map<String, String> values = new LinkedHashMap<>();
    collect("", StrictYaml.fields(config), values);
    String own = GATE_OPTIONS + "." + config.gate() + ".";
    values
        .keySet()
        .removeIf(field -> field.startsWith(GATE_OPTIONS + ".") && !field.startsWith(own));
    return values;
  }

  private static void collect(String prefix, ObjectNode fields, Map<String, String> into) {
    for (Map.Entry<String, JsonNode> field : fields.properties()) {
      String name = prefix + field.getKey();
      if (field.getValue() instanceof ObjectNode inner) {
        collect(name + ".", inner, into);
      } else {
        JsonNode value = field.getValue();
        into.put(name, value.isValueNode() ? value.asText() : value.toString());
      }
    }
  }
}
