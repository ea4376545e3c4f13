package io.evomoe.training;

import io.evomoe.nn.RoutingReport;
import io.evomoe.step.StepContext;
import java.util.List;

/**
 * The result of one step, or of one round of several steps.
 *
 * @param progress progress after it
 * @param context phase and temperature of its last step
 * @param learningRate learning rate of its last step
 * @param trainLoss mean task loss, in nats per token; NaN if the step was skipped
 * @param auxLoss sum of the auxiliary losses of all layers, averaged over micro-batches
 * @param gradientNorm global norm before clipping; NaN if the step was skipped
 * @param routing one report per MoE layer, of the last micro-batch; empty while there is one expert
 */
public record StepResult(
    Progress progress,
    StepContext context,
    double learningRate,
    double trainLoss,
    double auxLoss,
    double gradientNorm,
    List<RoutingReport> routing) {

  /** Makes the reports unmodifiable. */
  public StepResult {
    routing = List.copyOf(routing);
  }

  /**
   * Returns the report for listeners.
   *
   * @param wallSeconds seconds since the run started or was resumed
   * @param stepSeconds seconds of one step
   * @param measured evaluation after it, if any
   */
  public StepReport report(
      double wallSeconds, double stepSeconds, PeriodicEvaluation.Result measured) {
    return new StepReport(
        progress.step(),
        progress.tokens(),
        progress.trainFlops(),
        wallSeconds,
        stepSeconds,
        trainLoss,
        measured.loss(),
        auxLoss,
        gradientNorm,
        learningRate,
        context.phase(),
        context.temperature(),
        routing,
        measured.routingFluctuation());
  }
}
