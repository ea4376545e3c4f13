package io.evomoe.training;

import io.evomoe.nn.RoutingReport;
import io.evomoe.step.Phase;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What one optimizer step did.
 *
 * @param step number of finished steps, from 1
 * @param tokens tokens trained on so far
 * @param trainFlops floating-point operations spent in training so far, 6 x active parameters x
 *     tokens
 * @param wallSeconds since the run (or its resumption) began, evaluation included
 * @param stepSeconds of this step alone
 * @param trainLoss mean task loss of this step, nats a token; NaN where a skipped step has none
 * @param validLoss held-out loss after this step, where it was measured
 * @param auxLoss sum of the auxiliary losses of all layers, mean over micro-batches
 * @param gradientNorm global norm before clipping; NaN where the step was skipped
 * @param learningRate of this step
 * @param phase of this step
 * @param temperature of this step
 * @param routing one report a MoE layer, of the last micro-batch; empty while there is one expert
 * @param routingFluctuation share of the held-out batches' real tokens whose first expert changed
 *     since the evaluation before, in 0..1, mean over layers; empty where the held-out loss was not
 *     measured, and where no evaluation with experts came before in this run or its resumption
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

  /** Keeps the reports unmodifiable. */
  public StepReport {
    routing = List.copyOf(routing);
  }

  /** Whether the step changed no parameter because a loss or gradient was not finite. */
  public boolean skipped() {
    return Double.isNaN(gradientNorm);
  }

  /** Mean over layers of the mean number of experts a token had; 1 while there is one expert. */
  public double activeExperts() {
    return RoutingReport.meanActiveExperts(routing);
  }

  /** Mean over layers of {@code exp(H) / E}; 1 while there is one expert. */
  public double loadEntropy() {
    return routing.stream().mapToDouble(RoutingReport::loadEntropy).average().orElse(1);
  }

  /** Mean over layers of the dropped share. */
  public double dropRate() {
    return routing.stream().mapToDouble(RoutingReport::dropRate).average().orElse(0);
  }

  /** Mean over layers of the number of experts without a token; 0 while there is one expert. */
  public double deadExperts() {
    return routing.stream().mapToDouble(RoutingReport::deadExperts).average().orElse(0);
  }
}
