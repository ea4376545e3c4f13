package io.evomoe.training;

import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.nn.RoutingReport;
import io.evomoe.step.StepContext.Phase;
import io.evomoe.training.TrainingState.Progress;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The measurements of one optimizer step, or of one round of several steps. A value that was not
 * measured is NaN.
 *
 * @param step number of finished steps, from 1
 * @param phase phase of this step
 * @param tokens tokens trained on so far
 * @param trainFlops floating-point operations spent in training so far, 6 x active parameters x
 *     tokens
 * @param wallSeconds seconds since the run started, including evaluation. A run that is resumed
 *     from its folder continues the clock
 * @param stepSeconds seconds of this step; of a round the mean of its steps
 * @param trainLoss mean task loss of this step, in nats per token; NaN if the step was skipped
 * @param validLoss validation loss after this step, in nats per token
 * @param auxLoss sum of the auxiliary losses of all layers, averaged over micro-batches
 * @param gradientNorm global norm before clipping; NaN if the step was skipped
 * @param learningRate learning rate of this step
 * @param temperature temperature of the gates; NaN while there is one expert, and for gates that do
 *     not use it
 * @param activeExperts mean number of experts per token, averaged over layers. It is 1 while there
 *     is one expert
 * @param loadEntropy mean over layers of {@code exp(H) / E}: 1 when balanced, 1/E at collapse; NaN
 *     while there is one expert
 * @param dropRate mean over layers of the share of assignments lost to capacity, in 0..1; NaN while
 *     there is one expert
 * @param deadExperts mean over layers of the number of experts without a token; NaN while there is
 *     one expert
 * @param routingFluctuation share of the validation batches' real tokens whose first expert has
 *     changed since the previous evaluation, in 0..1, averaged over layers. NaN without an
 *     evaluation, and at the first one with experts since the start or resumption
 * @param layers one report per MoE layer, of the last micro-batch; empty while there is one expert
 */
@RecordBuilder
public record StepRecord(
    long step,
    Phase phase,
    long tokens,
    double trainFlops,
    double wallSeconds,
    double stepSeconds,
    double trainLoss,
    double validLoss,
    double auxLoss,
    double gradientNorm,
    double learningRate,
    double temperature,
    double activeExperts,
    double loadEntropy,
    double dropRate,
    double deadExperts,
    double routingFluctuation,
    List<RoutingReport> layers)
    implements StepRecordBuilder.With {

  /** Makes the reports unmodifiable. */
  public StepRecord {
    layers = List.copyOf(layers);
  }

  /**
   * Creates the record of a step, without times and evaluation.
   *
   * @param done progress after the step
   */
  static StepRecord of(
      Model<?> model,
      EvolutionSchedule evolution,
      Progress done,
      double learningRate,
      double trainLoss,
      double auxLoss,
      double gradientNorm,
      List<RoutingReport> layers) {
    boolean routed = !layers.isEmpty();
    boolean skipped = Double.isNaN(gradientNorm);
    boolean annealed = routed && model.evolving().usesTemperature();
    return new StepRecord(
        done.step(),
        evolution.phase(done.step() - 1),
        done.tokens(),
        done.trainFlops(),
        Double.NaN,
        Double.NaN,
        trainLoss,
        Double.NaN,
        auxLoss,
        gradientNorm,
        learningRate,
        annealed ? evolution.temperature(done.step() - 1) : Double.NaN,
        routed || !skipped ? RoutingReport.meanActiveExperts(layers) : Double.NaN,
        mean(layers, RoutingReport::loadEntropy),
        mean(layers, RoutingReport::dropRate),
        mean(layers, RoutingReport::deadExperts),
        Double.NaN,
        layers);
  }

  private static double mean(List<RoutingReport> layers, ToDoubleFunction<RoutingReport> value) {
    return layers.stream().mapToDouble(value).average().orElse(Double.NaN);
  }

  /** Returns a copy with the times. */
  public StepRecord timed(double wall, double seconds) {
    return with(s -> s.wallSeconds(wall).stepSeconds(seconds));
  }

  /** Returns a copy with the result of an evaluation. */
  public StepRecord evaluated(double loss, double fluctuation) {
    return with(s -> s.validLoss(loss).routingFluctuation(fluctuation));
  }

  /** Returns a copy without the reports of the layers, which need the most memory. */
  public StepRecord withoutLayers() {
    return with(s -> s.layers(List.of()));
  }

  /** Returns whether the step changed no parameter because a loss or gradient was not finite. */
  public boolean skipped() {
    return Double.isNaN(gradientNorm);
  }

  /** Returns whether the validation loss was measured after this step. */
  public boolean evaluated() {
    return !Double.isNaN(validLoss);
  }
}
