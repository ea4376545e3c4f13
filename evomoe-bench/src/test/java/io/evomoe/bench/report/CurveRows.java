package io.evomoe.bench.report;

import io.evomoe.run.record.CurveRow;
import java.util.OptionalDouble;

/** Points of curves that are like others. */
public final class CurveRows {
  private CurveRows() {}

  /** The same row with another held-out loss, or none. */
  public static CurveRow withValidLoss(CurveRow row, OptionalDouble loss) {
    return new CurveRow(
        row.task(),
        row.gate(),
        row.seed(),
        row.step(),
        row.tokens(),
        row.trainFlops(),
        row.wallSeconds(),
        row.trainLoss(),
        loss,
        row.auxLoss(),
        row.temperature(),
        row.activeExperts(),
        row.loadEntropy(),
        row.dropRate(),
        row.deadExperts(),
        row.routingFluctuation());
  }
}
