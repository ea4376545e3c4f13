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
 * All that is known of one step, or one round, of a run: one line of {@link StepFile}, whose field
 * names and order are the ones annotated here. What was not measured, or is not finite, is NaN here
 * and null there. The first fields are those of {@link CurveRow}.
 *
 * @param task of the run
 * @param gate of the run
 * @param seed of the run
 * @param step number of finished optimizer steps
 * @param phase {@code diversify}, {@code soft} or {@code hard}
 * @param tokens tokens trained on so far
 * @param trainFlops floating-point operations spent in training so far
 * @param wallSeconds since the run began, evaluation included
 * @param stepSeconds of this step alone; of a round the mean of its steps
 * @param trainLoss task loss of this step, nats a token
 * @param validLoss held-out loss after this step, nats a token
 * @param auxLoss sum of auxiliary losses, coefficients included
 * @param gradientNorm global norm before clipping; NaN where the step was skipped
 * @param learningRate of this step
 * @param temperature of the gates; NaN of gates that do not look at it
 * @param activeExperts mean number of experts a token had
 * @param loadEntropy mean over layers
 * @param dropRate mean over layers
 * @param deadExperts mean over layers
 * @param routingFluctuation since the evaluation before
 * @param layers one a MoE layer, of the last micro-batch; empty while there is one expert
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
   * A step as a run recorded it.
   *
   * @param row of its curve, with the run's clock
   * @param report that the row is of
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

  /** As the log has it: every field by its name, what was not measured as null. */
  public ObjectNode json() {
    return Json.MAPPER.valueToTree(this);
  }

  /** One line without its end. */
  String line() {
    try {
      return Json.MAPPER.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a step has a JSON form", e);
    }
  }

  /**
   * What one MoE layer did.
   *
   * @param layer its dotted name
   * @param tokens real tokens, padding not counted
   * @param load tokens that each expert computed
   * @param maxOverMean load of the expert that has most over the mean load: 1 when balanced
   * @param activeExperts mean number of experts a token had
   * @param loadEntropy {@code exp(H) / E}: 1 when balanced, 1/E at collapse
   * @param deadExperts experts without a token
   * @param dropped assignments lost to capacity
   * @param dropRate their share of the wanted ones, in 0..1
   * @param auxLoss what the gate added to the loss, coefficient included
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
