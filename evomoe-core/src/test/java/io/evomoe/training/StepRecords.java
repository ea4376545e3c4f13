package io.evomoe.training;

import io.evomoe.nn.RoutingReport;
import io.evomoe.step.StepContext.Phase;
import java.util.List;

/** Makes records of steps; what a test does not set has a plain value, or was not measured. */
public final class StepRecords {
  private final long step;
  private Phase phase = Phase.SOFT;
  private double wallSeconds;
  private double stepSeconds = 0.5;
  private double trainLoss = 2.5;
  private double validLoss = Double.NaN;
  private double gradientNorm = 1;
  private double temperature = Double.NaN;
  private double activeExperts = 1;
  private double deadExperts = Double.NaN;
  private double fluctuation = Double.NaN;
  private double trainFlops;
  private List<RoutingReport> layers = List.of();

  private StepRecords(long step) {
    this.step = step;
    this.wallSeconds = step;
    this.trainFlops = 3e9 * step;
  }

  public static StepRecords at(long step) {
    return new StepRecords(step);
  }

  public StepRecords phase(Phase value) {
    phase = value;
    return this;
  }

  public StepRecords wall(double seconds) {
    wallSeconds = seconds;
    return this;
  }

  public StepRecords seconds(double seconds) {
    stepSeconds = seconds;
    return this;
  }

  public StepRecords flops(double flops) {
    trainFlops = flops;
    return this;
  }

  public StepRecords train(double loss) {
    trainLoss = loss;
    return this;
  }

  public StepRecords valid(double loss) {
    validLoss = loss;
    return this;
  }

  public StepRecords norm(double norm) {
    gradientNorm = norm;
    return this;
  }

  public StepRecords temperature(double value) {
    temperature = value;
    return this;
  }

  public StepRecords active(double experts) {
    activeExperts = experts;
    return this;
  }

  public StepRecords dead(double experts) {
    deadExperts = experts;
    return this;
  }

  public StepRecords fluctuation(double share) {
    fluctuation = share;
    return this;
  }

  /** The active and dead experts follow from the layers. */
  public StepRecords layers(List<RoutingReport> reports) {
    layers = reports;
    activeExperts = RoutingReport.meanActiveExperts(reports);
    deadExperts =
        reports.stream().mapToDouble(RoutingReport::deadExperts).average().orElse(Double.NaN);
    return this;
  }

  /** Ten tokens a step. */
  public StepRecord record() {
    return new StepRecord(
        step,
        phase,
        10 * step,
        trainFlops,
        wallSeconds,
        stepSeconds,
        trainLoss,
        validLoss,
        0.1,
        gradientNorm,
        1e-3,
        temperature,
        activeExperts,
        layers.stream().mapToDouble(RoutingReport::loadEntropy).average().orElse(Double.NaN),
        layers.stream().mapToDouble(RoutingReport::dropRate).average().orElse(Double.NaN),
        deadExperts,
        fluctuation,
        layers);
  }
}
