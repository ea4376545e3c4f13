package io.evomoe.training.checkpoint;

import io.evomoe.internal.files.Excerpt;
import io.evomoe.step.Phase;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * The allowed values of each field of {@code state.json}.
 *
 * @param file file, for messages
 */
record StateFields(String file) {
  /**
   * The allowed values of a field.
   *
   * @param words text after "must be"
   */
  private record Rule(String words, Predicate<JsonNode> holds) {}

  private static final Rule TEXT = new Rule("text", JsonNode::isTextual);
  private static final Rule OBJECT = new Rule("a JSON object", JsonNode::isObject);
  private static final Rule LIST = new Rule("a list", JsonNode::isArray);
  private static final Rule LONG = new Rule("a whole number", StateFields::isLong);
  private static final Rule COUNT =
      new Rule("a whole number of at least 0", n -> isLong(n) && n.asLong() >= 0);

  private static final Map<String, Rule> STATE =
      Map.ofEntries(
          Map.entry("formatVersion", COUNT),
          Map.entry("libraryVersion", TEXT),
          Map.entry("step", COUNT),
          Map.entry("tokens", COUNT),
          Map.entry("trainFlops", number("finite and at least 0", d -> d >= 0)),
          Map.entry(
              "phase", new Rule("one of " + Arrays.toString(Phase.values()), StateFields::isPhase)),
          Map.entry("temperature", number("finite and above 0", d -> d > 0)),
          Map.entry("annealingLeft", number("in 0..1", d -> d >= 0 && d <= 1)),
          Map.entry(
              "hardExperts",
              new Rule(
                  "a whole number of at least 1",
                  n -> isLong(n) && n.canConvertToInt() && n.asInt() >= 1)),
          Map.entry("seed", LONG),
          Map.entry("optimizer", TEXT),
          Map.entry("spawned", new Rule("true or false", JsonNode::isBoolean)),
          Map.entry("skipped", COUNT),
          Map.entry("earlierSteps", COUNT),
          Map.entry("frozen", LIST),
          Map.entry("updates", OBJECT),
          Map.entry("config", OBJECT),
          Map.entry("files", OBJECT));

  private static final Map<String, Rule> FILE =
      Map.of("bytes", COUNT, "sha256", TEXT, "tensors", OBJECT);
  private static final Map<String, Rule> TENSOR =
      Map.of("begin", COUNT, "end", COUNT, "crc32c", TEXT);

  private static Rule number(String bounds, Predicate<Double> holds) {
    return new Rule(
        "a number, " + bounds,
        n -> n.isNumber() && Double.isFinite(n.asDouble()) && holds.test(n.asDouble()));
  }

  private static boolean isLong(JsonNode value) {
    return value.isIntegralNumber() && value.canConvertToLong();
  }

  private static boolean isPhase(JsonNode value) {
    return value.isTextual()
        && Arrays.stream(Phase.values()).anyMatch(phase -> phase.name().equals(value.asText()));
  }

  /**
   * Rejects an invalid state.
   *
   * @throws CheckpointException naming the field, its value and the allowed values
   */
  void require(JsonNode state) {
    fields("", state, STATE);
    for (JsonNode name : state.path("frozen")) {
      require("frozen", name, TEXT);
    }
    each("updates", state.path("updates"), COUNT);
    each("config", state.path("config"), TEXT);
    each("files", state.path("files"), OBJECT);
    for (String name : names(state.path("files"))) {
      JsonNode of = state.path("files").path(name);
      fields("files." + name + ".", of, FILE);
      String tensors = "files." + name + ".tensors";
      each(tensors, of.path("tensors"), OBJECT);
      for (String tensor : names(of.path("tensors"))) {
        fields(tensors + "." + tensor + ".", of.path("tensors").path(tensor), TENSOR);
      }
    }
  }

  private void fields(String prefix, JsonNode object, Map<String, Rule> rules) {
    for (String name : new TreeSet<>(rules.keySet())) {
      if (!object.has(name)) {
        String words = Objects.requireNonNull(rules.get(name)).words();
        throw bad("%s must be %s, is missing".formatted(Excerpt.of(prefix + name), words));
      }
    }
    for (String name : names(object)) {
      Rule rule = rules.get(name);
      if (rule == null) {
        throw bad("unknown field " + Excerpt.of(prefix + name));
      }
      require(prefix + name, object.path(name), rule);
    }
  }

  private void each(String prefix, JsonNode object, Rule rule) {
    for (String name : names(object)) {
      require(prefix + "." + name, object.path(name), rule);
    }
  }

  private static Iterable<String> names(JsonNode object) {
    Iterator<String> names = object.fieldNames();
    return () -> names;
  }

  private void require(String field, JsonNode value, Rule rule) {
    if (!rule.holds().test(value)) {
      throw bad(
          "%s must be %s, was %s".formatted(Excerpt.of(field), rule.words(), Excerpt.of(value)));
    }
  }

  private CheckpointException bad(String what) {
    return new CheckpointException(file + " is damaged: " + what);
  }
}
