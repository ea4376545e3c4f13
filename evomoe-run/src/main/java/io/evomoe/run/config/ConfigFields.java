package io.evomoe.run.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.evomoe.internal.names.Field;
import io.evomoe.internal.names.Fields;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** All configuration fields by their dotted names. */
final class ConfigFields {
  /** The gate options by gate; the entries of the run's own gate are bound to the model. */
  static final String GATE_OPTIONS = "gateOptions";

  static final Map<String, RecordComponent> ALL = new LinkedHashMap<>();

  static {
    collect("", RunConfig.class, ALL);
    ALL.values().removeIf(field -> field.getType().isRecord());
  }

  private ConfigFields() {}

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

  /** Whether a field of this name exists. */
  static boolean isKnown(String field) {
    return ALL.containsKey(field) || isOption(field);
  }

  /** Whether the name is that of an option of a gate or another part, which may be left out. */
  static boolean isOption(String field) {
    return !named(field).equals(field);
  }

  /** Returns the field that has this option, or the field itself. */
  private static String named(String field) {
    return ALL.entrySet().stream()
        .filter(options -> options.getValue().getType() == Map.class)
        .map(Map.Entry::getKey)
        .filter(options -> field.startsWith(options + "."))
        .findFirst()
        .orElse(field);
  }

  /** Returns the kind of a field, by its dotted name. */
  static Field.Kind kind(String field) {
    String name = named(field);
    return Fields.of(Objects.requireNonNull(ALL.get(name), name)).kind();
  }

  /** Returns all fields with their values as text; gate options are those of the run's gate. */
  static Map<String, String> values(RunConfig config) {
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
        into.put(name, field.getValue().asText());
      }
    }
  }
}
