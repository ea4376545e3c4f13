package io.evomoe.training;

import io.evomoe.nn.RoutingReport;
import io.evomoe.step.StepContext;
import java.util.List;

/**
 * What one step gave, or one round of several.
 *
 * @param progress after it
 * @param context phase and temperature of it, or of its last step
 * @param learningRate of it, or of its last step
 * @param trainLoss mean task loss, nats a token; NaN where a skipped step has none
 * @param auxLoss sum of the auxiliary losses of all layers, mean over micro-batches
 * @param gradientNorm global norm before clipping; NaN where the step was skipped
 * @param routing one report a MoE layer, of the last micro-batch; empty while there is one expert
 */
public record StepResult(
    Progress progress,
    StepContext context,
    double learningRate,
    double trainLoss,
    double auxLoss,
    double gradientNorm,
    List<RoutingReport> routing) {

  /** Keeps the reports unmodifiable. */
  public StepResult {
    routing = List.copyOf(routing);
  }

  /**
   * As listeners are told.
   *
   * @param wallSeconds since the run, or its resumption, began
   * @param stepSeconds of one step
   * @param measured after it, if something was
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
