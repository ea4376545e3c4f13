package io.evomoe.training;

import io.evomoe.nn.RoutingReport;
import io.evomoe.step.Phase;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The measurements of one optimizer step.
 *
 * @param step number of finished steps, from 1
 * @param tokens tokens trained on so far
 * @param trainFlops floating-point operations spent in training so far, 6 x active parameters x
 *     tokens
 * @param wallSeconds seconds since the run started or was resumed, including evaluation
 * @param stepSeconds seconds of this step only
 * @param trainLoss mean task loss of this step, in nats per token; NaN if the step was skipped
 * @param validLoss validation loss after this step, if it was measured
 * @param auxLoss sum of the auxiliary losses of all layers, averaged over micro-batches
 * @param gradientNorm global norm before clipping; NaN if the step was skipped
 * @param learningRate learning rate of this step
 * @param phase phase of this step
 * @param temperature temperature of this step
 * @param routing one report per MoE layer, of the last micro-batch; empty while there is one expert
 * @param routingFluctuation share of the validation batches' real tokens whose first expert has
 *     changed since the previous evaluation, in 0..1, averaged over layers. Empty if the validation
 *     loss was not measured, or if no evaluation with experts came before since the start or
 *     resumption
 */
public record StepReport(
    long step,
    long tokens,
    double trainFlops,
    double wallSeconds,
    double stepSeconds,
    double trainLoss,
    OptionalDouble validLoss,
    double auxLoss,
    double gradientNorm,
    double learningRate,
    Phase phase,
    double temperature,
    List<RoutingReport> routing,
    OptionalDouble routingFluctuation) {

  /** Makes the reports unmodifiable. */
  public StepReport {
    routing = List.copyOf(routing);
  }

  /** Returns whether the step changed no parameter because a loss or gradient was not finite. */
  public boolean skipped() {
    return Double.isNaN(gradientNorm);
  }

  /**
   * Returns the mean number of experts per token, averaged over layers. It is 1 while there is one
   * expert.
   */
  public double activeExperts() {
    return RoutingReport.meanActiveExperts(routing);
  }

  /** Returns the mean over layers of {@code exp(H) / E}. It is 1 while there is one expert. */
  public double loadEntropy() {
    return routing.stream().mapToDouble(RoutingReport::loadEntropy).average().orElse(1);
  }

  /** Returns the mean over layers of the dropped share. */
  public double dropRate() {
    return routing.stream().mapToDouble(RoutingReport::dropRate).average().orElse(0);
  }

  /**
   * Returns the mean over layers of the number of experts without a token. It is 0 while there is
   * one expert.
   */
  public double deadExperts() {
    return routing.stream().mapToDouble(RoutingReport::deadExperts).average().orElse(0);
  }
}
