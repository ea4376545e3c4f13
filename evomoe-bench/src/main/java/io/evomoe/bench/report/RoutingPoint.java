package io.evomoe.bench.report;

import io.evomoe.training.StepReport;
import java.util.OptionalDouble;

/**
 * What the report's charts show of one step's routing beside its {@link CurveRow}; curves.csv,
 * whose columns are fixed, does not hold it.
 *
 * @param step number of finished optimizer steps
 * @param deadExperts experts without a token, mean over layers; empty while nothing is routed
 * @param fluctuation share of the held-out tokens whose first expert changed since the evaluation
 *     before, in 0..1; empty where that was not measured
 */
public record RoutingPoint(long step, OptionalDouble deadExperts, OptionalDouble fluctuation) {

  /** The point of one step. */
  public static RoutingPoint of(StepReport report) {
    return new RoutingPoint(
        report.step(),
        report.routing().isEmpty()
            ? OptionalDouble.empty()
            : OptionalDouble.of(report.deadExperts()),
        report.routingFluctuation());
  }
}
