package io.evomoe.models.internal.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.internal.files.Excerpt;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.DoublePredicate;

/**
 * Typed fields of a {@code config.json}.
 *
 * @param file for messages
 * @param root of the file
 */
record ConfigFields(Path file, ObjectNode root) {
  /** The maximum number of tokens in a vocabulary. */
  static final int MOST_TOKENS = 10_000_000;

  /** The maximum of any other size. */
  static final int LARGEST = 1_000_000;

  /** Returns a text that must be one of these. */
  String oneOf(String field, List<String> known) {
    JsonNode node = root.path(field);
    if (!node.isTextual() || !known.contains(node.textValue())) {
      throw bad(field, "one of " + known, node);
    }
    return node.textValue();
  }

  /** Returns an integer of at least {@code minimum} and at most {@link #LARGEST}. */
  int number(String field, int minimum) {
    return number(field, minimum, LARGEST);
  }

  /** Returns an integer in these bounds. */
  int number(String field, int minimum, int maximum) {
    return optionalNumber(field, minimum, maximum)
        .orElseThrow(() -> bad(field, wanted(minimum, maximum), root.path(field)));
  }

  /** Returns an integer in these bounds; empty if it is null or missing. */
  OptionalInt optionalNumber(String field, int minimum, int maximum) {
    JsonNode node = root.path(field);
    if (node.isMissingNode() || node.isNull()) {
      return OptionalInt.empty();
    }
    boolean whole = node.isIntegralNumber() && node.canConvertToInt();
    if (!whole || node.intValue() < minimum || node.intValue() > maximum) {
      throw bad(field, wanted(minimum, maximum), node);
    }
    return OptionalInt.of(node.intValue());
  }

  private static String wanted(int minimum, int maximum) {
    return "a whole number of at least %d and at most %d".formatted(minimum, maximum);
  }

  /** Returns a number above 0. */
  double positive(String field, double otherwise) {
    return number(field, otherwise, v -> v > 0 && !Double.isInfinite(v), "a number above 0");
  }

  /** Returns a number above 0 that must be present. */
  double positive(String field) {
    return positive(field, Double.NaN);
  }

  /** Returns a rate in [0, 1). */
  double rate(String field, double otherwise) {
    return number(field, otherwise, v -> v >= 0 && v < 1, "a number in [0, 1)");
  }

  private double number(String field, double otherwise, DoublePredicate allowed, String wanted) {
    JsonNode node = root.path(field);
    double value =
        node.isMissingNode() ? otherwise : node.isNumber() ? node.doubleValue() : Double.NaN;
    if (!allowed.test(value)) {
      throw bad(field, wanted, node);
    }
    return value;
  }

  /** Whether a field is set; {@code otherwise} if it is null or missing. */
  boolean flag(String field, boolean otherwise) {
    JsonNode node = root.path(field);
    if (node.isMissingNode() || node.isNull()) {
      return otherwise;
    }
    if (!node.isBoolean()) {
      throw bad(field, "true or false", node);
    }
    return node.booleanValue();
  }

  /** Returns the fields of an object. */
  ConfigFields inside(String field) {
    return new ConfigFields(Path.of(file + ": " + field), (ObjectNode) root.path(field));
  }

  /** Returns the value of a name. */
  <T> T choice(String field, String otherwise, Map<String, T> known) {
    JsonNode node = root.path(field);
    T chosen = known.get(node.asText(otherwise));
    if (chosen == null || !(node.isTextual() || node.isMissingNode())) {
      throw bad(field, "one of " + known.keySet().stream().sorted().toList(), node);
    }
    return chosen;
  }

  /** Rejects every other value; a missing field counts as {@code only}. */
  void require(String field, Object only) {
    JsonNode node = root.path(field);
    if (!node.isMissingNode() && !node.isNull() && !same(node, only)) {
      throw bad(field, only + ", other models cannot be represented", node);
    }
  }

  private static boolean same(JsonNode node, Object only) {
    return only instanceof Double number
        ? node.isNumber() && node.doubleValue() == number
        : node.asText().equals(only.toString());
  }

  IllegalArgumentException bad(String field, String wanted, JsonNode was) {
    return new IllegalArgumentException(
        "%s: %s must be %s, was %s"
            .formatted(file, field, wanted, was.isMissingNode() ? "left out" : Excerpt.of(was)));
  }
}
