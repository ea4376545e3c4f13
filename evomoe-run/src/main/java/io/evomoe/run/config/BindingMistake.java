package io.evomoe.run.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.InvalidNullException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.evomoe.internal.names.Suggestion;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Explains in one sentence why fields do not fit a record: the field, its allowed values, and the
 * given value.
 */
final class BindingMistake {
  private static final int SHOWN = 60;

  private final JsonNode tree;
  private final Class<?> type;

  /**
   * Creates the explanation of a mistake in these fields.
   *
   * @param type target record
   */
  BindingMistake(JsonNode tree, Class<?> type) {
    this.tree = tree;
    this.type = type;
  }

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
    String meant = Suggestion.text(field, names("", type));
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
          step.getFieldName() == null ? node.path(step.getIndex()) : node.path(step.getFieldName());
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

  /** Returns the dotted names of all fields, nested records included. */
  private static List<String> names(String prefix, Class<?> record) {
    List<String> names = new ArrayList<>();
    for (RecordComponent field : record.getRecordComponents()) {
      names.add(prefix + field.getName());
      if (field.getType().isRecord()) {
        names.addAll(names(prefix + field.getName() + ".", field.getType()));
      }
    }
    return names;
  }
}
