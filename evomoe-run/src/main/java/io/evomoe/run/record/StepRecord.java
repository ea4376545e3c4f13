package io.evomoe.run.record;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.nn.RoutingReport;
import io.evomoe.training.StepReport;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * All measurements of one step, or one round: one line of {@link StepFile}, with the field names
 * and order of the annotations. A value that was not measured, or is not finite, is NaN here and
 * null in the file. The first fields are those of {@link CurveRow}.
 *
 * @param task task of the run
 * @param gate gate of the run
 * @param seed seed of the run
 * @param step finished optimizer steps
 * @param phase {@code diversify}, {@code soft} or {@code hard}
 * @param tokens tokens trained on so far
 * @param trainFlops FLOPs spent in training so far
 * @param wallSeconds seconds since the run began, evaluation included
 * @param stepSeconds duration of this step; of a round the mean of its steps
 * @param trainLoss task loss of this step, in nats per token
 * @param validLoss validation loss after this step, in nats per token
 * @param auxLoss sum of auxiliary losses, coefficients included
 * @param gradientNorm global norm before clipping; NaN if the step was skipped
 * @param learningRate learning rate of this step
 * @param temperature temperature of the gates; NaN for gates that do not use it
 * @param activeExperts mean number of experts per token
 * @param loadEntropy mean over layers
 * @param dropRate mean over layers
 * @param deadExperts mean over layers
 * @param routingFluctuation change since the previous evaluation
 * @param layers one entry per MoE layer, of the last micro-batch; empty while there is one expert
 */
@JsonPropertyOrder({
  "task",
  "gate",
  "seed",
  "step",
  "phase",
  "tokens",
  "train_flops",
  "wall_s",
  "step_s",
  "train_loss",
  "valid_loss",
  "aux_loss",
  "gradient_norm",
  "learning_rate",
  "temperature",
  "active_experts",
  "load_entropy",
  "drop_rate",
  "dead_experts",
  "routing_fluctuation",
  "layers"
})
public record StepRecord(
    String task,
    String gate,
    long seed,
    long step,
    String phase,
    long tokens,
    @JsonProperty("train_flops") double trainFlops,
    @JsonProperty("wall_s") double wallSeconds,
    @JsonProperty("step_s") double stepSeconds,
    @JsonProperty("train_loss") double trainLoss,
    @JsonProperty("valid_loss") double validLoss,
    @JsonProperty("aux_loss") double auxLoss,
    @JsonProperty("gradient_norm") double gradientNorm,
    @JsonProperty("learning_rate") double learningRate,
    double temperature,
    @JsonProperty("active_experts") double activeExperts,
    @JsonProperty("load_entropy") double loadEntropy,
    @JsonProperty("drop_rate") double dropRate,
    @JsonProperty("dead_experts") double deadExperts,
    @JsonProperty("routing_fluctuation") double routingFluctuation,
    List<Layer> layers) {

  /** Keeps the list unmodifiable. */
  public StepRecord {
    layers = List.copyOf(layers);
  }

  /**
   * Returns the record of a step.
   *
   * @param row its row of the curve, with the run's clock
   * @param report the step's report
   */
  static StepRecord of(CurveRow row, StepReport report) {
    return new StepRecord(
        row.task(),
        row.gate(),
        row.seed(),
        row.step(),
        report.phase().name().toLowerCase(Locale.ROOT),
        row.tokens(),
        row.trainFlops(),
        row.wallSeconds(),
        report.stepSeconds(),
        orNan(row.trainLoss()),
        orNan(row.validLoss()),
        orNan(row.auxLoss()),
        report.gradientNorm(),
        report.learningRate(),
        orNan(row.temperature()),
        orNan(row.activeExperts()),
        orNan(row.loadEntropy()),
        orNan(row.dropRate()),
        orNan(row.deadExperts()),
        orNan(row.routingFluctuation()),
        report.routing().stream().map(Layer::of).toList());
  }

  private static double orNan(OptionalDouble value) {
    return value.orElse(Double.NaN);
  }

  /** Returns the JSON of the log: every field by its name, with null for missing values. */
  public ObjectNode json() {
    return Json.MAPPER.valueToTree(this);
  }

  /** Returns one line without its line end. */
  String line() {
    try {
      return Json.MAPPER.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a step has a JSON form", e);
    }
  }

  /**
   * Measurements of one MoE layer.
   *
   * @param layer its dotted name
   * @param tokens number of tokens without padding
   * @param load tokens computed by each expert
   * @param maxOverMean highest load of an expert divided by the mean load: 1 when balanced
   * @param activeExperts mean number of experts per token
   * @param loadEntropy {@code exp(H) / E}: 1 when balanced, 1/E at collapse
   * @param deadExperts experts without a token
   * @param dropped assignments lost to capacity
   * @param dropRate share of the assignments lost to capacity, in 0..1
   * @param auxLoss the gate's auxiliary loss, coefficient included
   */
  @JsonPropertyOrder({
    "layer",
    "tokens",
    "load",
    "max_over_mean",
    "active_experts",
    "load_entropy",
    "dead_experts",
    "dropped",
    "drop_rate",
    "aux_loss"
  })
  public record Layer(
      String layer,
      int tokens,
      List<Integer> load,
      @JsonProperty("max_over_mean") double maxOverMean,
      @JsonProperty("active_experts") double activeExperts,
      @JsonProperty("load_entropy") double loadEntropy,
      @JsonProperty("dead_experts") int deadExperts,
      int dropped,
      @JsonProperty("drop_rate") double dropRate,
      @JsonProperty("aux_loss") double auxLoss) {

    /** Keeps the list unmodifiable. */
    public Layer {
      load = List.copyOf(load);
    }

    private static Layer of(RoutingReport report) {
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
  }
}
