package io.evomoe.training;

import io.evomoe.nn.RoutingReport;
import java.util.List;

/**
 * Loss of one batch.
 *
 * @param value mean over the counted tokens, in nats, without auxiliary losses
 * @param auxLoss sum of the gates' auxiliary losses, coefficients included
 * @param tokens counted tokens
 * @param reports of the MoE layers, in order
 * @param backward adds the gradient of {@code value + auxLoss} to every parameter; to be called at
 *     most once
 */
public record Loss(
    double value, double auxLoss, int tokens, List<RoutingReport> reports, Runnable backward) {

  /** Keeps the reports unmodifiable. */
  public Loss {
    reports = List.copyOf(reports);
  }
}
