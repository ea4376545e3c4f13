package io.evomoe.run.record;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.StdConverter;
import io.evomoe.nn.RoutingReport;
import io.evomoe.training.RunName;
import io.evomoe.training.StepRecord;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** The JSON of one line of steps.jsonl. A number that is not finite is null there and NaN here. */
final class StepLine {
  private static final ObjectMapper MAPPER =
      Json.MAPPER
          .copy()
          .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .addMixIn(StepRecord.class, Names.class)
          .addMixIn(RoutingReport.class, AsLayer.class);

  private StepLine() {}

  /** The names that differ from the record's. */
  private interface Names {
    @JsonProperty("wall_s")
    double wallSeconds();

    @JsonProperty("step_s")
    double stepSeconds();
  }

  @JsonSerialize(converter = ToLayer.class)
  @JsonDeserialize(converter = ToReport.class)
  private interface AsLayer {}

  private record Layer(
      String layer,
      int tokens,
      List<Integer> load,
      double maxOverMean,
      double activeExperts,
      double loadEntropy,
      int deadExperts,
      int dropped,
      double dropRate,
      double auxLoss) {

    Layer {
      if (layer == null || load == null || load.stream().anyMatch(Objects::isNull)) {
        throw new IllegalArgumentException("layer and load must have values");
      }
    }

    static Layer of(RoutingReport report) {
      return new Layer(
          report.layer(),
          report.tokens(),
          report.load(),
          report.maxOverMean(),
          report.meanActiveExperts(),
          report.loadEntropy(),
          report.deadExperts(),
          report.dropped(),
          report.dropRate(),
          report.auxLoss());
    }

    RoutingReport report() {
      return new RoutingReport(layer, tokens, load, List.of(), dropped, auxLoss, List.of());
    }
  }

  private static final class ToLayer extends StdConverter<RoutingReport, Layer> {
    @Override
    public Layer convert(RoutingReport report) {
      return Layer.of(report);
    }
  }

  private static final class ToReport extends StdConverter<Layer, RoutingReport> {
    @Override
    public RoutingReport convert(Layer layer) {
      return layer.report();
    }
  }

  /** Returns the line with its fields in the order of the file. */
  static ObjectNode json(RunName name, StepRecord step) {
    ObjectNode line = MAPPER.createObjectNode();
    line.put("task", name.task()).put("gate", name.gate()).put("seed", name.seed());
    line.setAll((ObjectNode) MAPPER.valueToTree(step));
    return line.put("phase", step.phase().name().toLowerCase(Locale.ROOT));
  }

  /**
   * Returns the step of a line. Its layers have no histogram and no first experts, because the line
   * has none.
   *
   * @throws IllegalArgumentException naming a field that is missing or has another type
   */
  static StepRecord parse(JsonNode line) {
    if (!line.isObject()) {
      throw new IllegalArgumentException("it is no object");
    }
    try {
      return MAPPER.treeToValue(line, StepRecord.class);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(Json.fault(e), e);
    }
  }
}
