package io.evomoe.training;

import io.evomoe.nn.RoutingReport;
import java.util.List;

/** Sums over the micro-batches of one step. */
final class StepSums {
  private int batches;
  private double lossSum;
  private double auxLossSum;
  private long tokenSum;
  private double flopSum;
  private List<RoutingReport> lastRouting = List.of();

  void add(Loss loss) {
    batches++;
    lossSum += loss.value();
    auxLossSum += loss.auxLoss();
    tokenSum += loss.tokens();
    flopSum += loss.flops();
    lastRouting = loss.reports();
  }

  double meanLoss() {
    return lossSum / batches;
  }

  double meanAuxLoss() {
    return auxLossSum / batches;
  }

  long tokens() {
    return tokenSum;
  }

  double flops() {
    return flopSum;
  }

  List<RoutingReport> routing() {
    return lastRouting;
  }
}
