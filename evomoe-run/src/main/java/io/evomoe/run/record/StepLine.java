package io.evomoe.run.record;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.nn.RoutingReport;
import io.evomoe.step.Phase;
import io.evomoe.training.RunName;
import io.evomoe.training.StepRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The JSON of one line of steps.jsonl. A number that is not finite is null there and NaN here. */
final class StepLine {
  private StepLine() {}

  /** Returns the line with its fields in the order of the file. */
  static ObjectNode json(RunName name, StepRecord step) {
    ObjectNode line = Json.MAPPER.createObjectNode();
    line.put("task", name.task());
    line.put("gate", name.gate());
    line.put("seed", name.seed());
    line.put("step", step.step());
    line.put("phase", step.phase().name().toLowerCase(Locale.ROOT));
    line.put("tokens", step.tokens());
    number(line, "train_flops", step.trainFlops());
    number(line, "wall_s", step.wallSeconds());
    number(line, "step_s", step.stepSeconds());
    number(line, "train_loss", step.trainLoss());
    number(line, "valid_loss", step.validLoss());
    number(line, "aux_loss", step.auxLoss());
    number(line, "gradient_norm", step.gradientNorm());
    number(line, "learning_rate", step.learningRate());
    number(line, "temperature", step.temperature());
    number(line, "active_experts", step.activeExperts());
    number(line, "load_entropy", step.loadEntropy());
    number(line, "drop_rate", step.dropRate());
    number(line, "dead_experts", step.deadExperts());
    number(line, "routing_fluctuation", step.routingFluctuation());
    ArrayNode layers = line.putArray("layers");
    step.layers().forEach(layer -> add(layers.addObject(), layer));
    return line;
  }

  private static void add(ObjectNode line, RoutingReport layer) {
    line.put("layer", layer.layer());
    line.put("tokens", layer.tokens());
    ArrayNode load = line.putArray("load");
    layer.load().forEach(load::add);
    number(line, "max_over_mean", layer.maxOverMean());
    number(line, "active_experts", layer.meanActiveExperts());
    number(line, "load_entropy", layer.loadEntropy());
    line.put("dead_experts", layer.deadExperts());
    line.put("dropped", layer.dropped());
    number(line, "drop_rate", layer.dropRate());
    number(line, "aux_loss", layer.auxLoss());
  }

  private static void number(ObjectNode line, String field, double value) {
    if (Double.isFinite(value)) {
      line.put(field, value);
    } else {
      line.putNull(field);
    }
  }

  /**
   * Returns the step of a line. Its layers have no histogram and no first experts, because the line
   * has none.
   *
   * @throws IllegalArgumentException naming a field that is missing or has another type
   */
  static StepRecord parse(JsonNode line) {
    List<RoutingReport> layers = new ArrayList<>();
    for (JsonNode layer : line.path("layers")) {
      layers.add(layer(layer));
    }
    return new StepRecord(
        whole(line, "step"),
        phase(line),
        whole(line, "tokens"),
        number(line, "train_flops"),
        number(line, "wall_s"),
        number(line, "step_s"),
        number(line, "train_loss"),
        number(line, "valid_loss"),
        number(line, "aux_loss"),
        number(line, "gradient_norm"),
        number(line, "learning_rate"),
        number(line, "temperature"),
        number(line, "active_experts"),
        number(line, "load_entropy"),
        number(line, "drop_rate"),
        number(line, "dead_experts"),
        number(line, "routing_fluctuation"),
        layers);
  }

  private static RoutingReport layer(JsonNode line) {
    List<Integer> load = new ArrayList<>();
    line.path("load").forEach(tokens -> load.add(tokens.asInt()));
    return new RoutingReport(
        line.path("layer").asText(),
        (int) whole(line, "tokens"),
        load,
        List.of(),
        (int) whole(line, "dropped"),
        number(line, "aux_loss"),
        List.of());
  }

  private static Phase phase(JsonNode line) {
    try {
      return Phase.valueOf(line.path("phase").asText().toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw unreadable("phase", e);
    }
  }

  private static long whole(JsonNode line, String field) {
    JsonNode value = line.path(field);
    if (!value.isIntegralNumber()) {
      throw unreadable(field, null);
    }
    return value.asLong();
  }

  private static double number(JsonNode line, String field) {
    JsonNode value = line.path(field);
    if (!value.isNumber() && !value.isNull()) {
      throw unreadable(field, null);
    }
    return value.isNull() ? Double.NaN : value.asDouble();
  }

  private static IllegalArgumentException unreadable(String field, @Nullable Throwable cause) {
    return new IllegalArgumentException("field " + field + " cannot be read", cause);
  }
}
