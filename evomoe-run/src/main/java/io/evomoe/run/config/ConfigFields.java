package io.evomoe.run.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The dotted names of all configuration fields and the kind of each. It alone defines the fields
 * that a checkpoint is bound to ({@link BoundConfig}); a test fails for a field without a kind.
 */
final class ConfigFields {
  /** The gate options by gate; the entries of the run's own gate are bound to the model. */
  static final String GATE_OPTIONS = "gateOptions";

  /** The options of parts of the training, by field. */
  private static final List<String> PART_OPTIONS =
      List.of("training.scheduleOptions", "training.optimizerOptions");

  /** The text of an empty field. */
  static final String EMPTY = "null";

  static final Map<String, FieldKind> KINDS = kinds();

  private ConfigFields() {}

  private static Map<String, FieldKind> kinds() {
    Map<String, FieldKind> kinds = new LinkedHashMap<>();
    put(kinds, FieldKind.MODEL, "", "task", "gate", "seed", GATE_OPTIONS);
    put(kinds, FieldKind.MODEL, "model.", "layers", "width", "hidden", "heads", "experts");
    put(kinds, FieldKind.MODEL, "model.", "moeEvery", "vocabulary", "sequence", "dropout");
    put(kinds, FieldKind.MODEL, "model.", "sharedExperts", "architecture", "keyValueHeads");
    put(kinds, FieldKind.MODEL, "model.", "headWidth", "expertHidden", "sharedHidden");
    put(kinds, FieldKind.MODEL, "model.", "sharedGate", "moeFrom", "documentMask");
    put(kinds, FieldKind.MODEL, "architecture.", "activation", "normEpsilon", "vocabulary");
    put(kinds, FieldKind.MODEL, "architecture.", "positions", "positionOffset", "tokenTypes");
    put(kinds, FieldKind.MODEL, "architecture.", "tiedHead", "attentionBias", "projectionBias");
    put(kinds, FieldKind.MODEL, "architecture.", "feedForwardBias", "queryKeyNorm", "ropeTheta");
    put(kinds, FieldKind.MODEL, "architecture.", "ropeFactor", "ropeLowFrequencyFactor");
    put(kinds, FieldKind.MODEL, "architecture.", "ropeHighFrequencyFactor");
    put(kinds, FieldKind.MODEL, "architecture.", "ropeOriginalPositions");
    put(kinds, FieldKind.MODEL, "split.", "rule", "validShare", "testShare", "seed");
    put(kinds, FieldKind.MODEL, "data.", "format", "textField", "labelField", "sourceField");
    put(kinds, FieldKind.MODEL, "data.", "targetField", "skipBadLines");
    put(kinds, FieldKind.RUN, "training.", "steps", "batch", "microBatches", "learningRate");
    put(
        kinds,
        FieldKind.RUN,
        "training.",
        "warmupShare",
        "schedule",
        "floorShare",
        "beta1",
        "beta2");
    put(kinds, FieldKind.RUN, "training.", "weightDecay", "clipNorm", "labelSmoothing");
    put(kinds, FieldKind.RUN, "training.", "evalBatches", "metricSentences", "optimizer");
    put(kinds, FieldKind.RUN, "training.", "optimizerOptions", "scheduleOptions");
    put(kinds, FieldKind.FREE, "training.", "evalEvery", "checkpointEvery", "checkpointMinutes");
    put(kinds, FieldKind.RUN, "evolution.", "diversifySteps", "diversifyShare", "spawn");
    put(kinds, FieldKind.RUN, "evolution.", "copyMoments", "schedule");
    put(kinds, FieldKind.RUN, "evolution.", "maxTemperature", "minTemperature");
    put(kinds, FieldKind.RUN, "evolution.", "temperatureSteps", "hardFrom", "finalTopK");
    put(kinds, FieldKind.RUN, "compute.", "precision");
    // Results are bit-identical (docs/determinism.md).
    put(kinds, FieldKind.FREE, "compute.", "recompute");
    put(kinds, FieldKind.FREE, "guards.", "keepCheckpoints", "skipNonFinite");
    put(kinds, FieldKind.FREE, "guards.", "collapseEntropy", "collapseSteps");
    return Collections.unmodifiableMap(kinds);
  }

  private static void put(
      Map<String, FieldKind> kinds, FieldKind kind, String record, String... fields) {
    Stream.of(fields).forEach(field -> kinds.put(record + field, kind));
  }

  /** Whether a field of this name exists. */
  static boolean isKnown(String field) {
    return KINDS.containsKey(field) || isOption(field);
  }

  /** Whether the name is that of an option of a gate or another part, which may be left out. */
  static boolean isOption(String field) {
    return !named(field).equals(field);
  }

  private static boolean isGateOption(String field) {
    return named(field).equals(GATE_OPTIONS);
  }

  /** Returns the field that has this option, or the field itself. */
  private static String named(String field) {
    return Stream.concat(Stream.of(GATE_OPTIONS), PART_OPTIONS.stream())
        .filter(options -> field.startsWith(options + "."))
        .findFirst()
        .orElse(field);
  }

  /** Returns the kind of a field, by its dotted name. */
  static FieldKind kind(String field) {
    return Objects.requireNonNull(KINDS.get(named(field)), field);
  }

  /** Returns all fields with their values as text; gate options are those of the run's gate. */
  static Map<String, String> values(RunConfig config) {
    Map<String, String> values = new LinkedHashMap<>();
    collect("", StrictYaml.fields(config), values);
    String own = GATE_OPTIONS + "." + config.gate() + ".";
    values.keySet().removeIf(field -> isGateOption(field) && !field.startsWith(own));
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
