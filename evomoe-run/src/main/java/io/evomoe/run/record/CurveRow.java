package io.evomoe.run.record;

import io.evomoe.training.StepReport;
import java.util.OptionalDouble;

/**
 * One point of a run's curves: one line of curves.csv.
 *
 * @param task {@code gpt}, {@code roberta} or {@code mt}; no comma, quote or line break
 * @param gate the gate's name; no comma, quote or line break
 * @param seed seed of the run
 * @param step finished optimizer steps
 * @param tokens tokens trained on so far
 * @param trainFlops FLOPs spent in training so far
 * @param wallSeconds seconds since the run began, evaluation included
 * @param trainLoss task loss of this step, in nats per token
 * @param validLoss validation loss after this step, in nats per token
 * @param auxLoss sum of auxiliary losses, coefficients included
 * @param temperature temperature of the gates
 * @param activeExperts mean number of experts per token
 * @param loadEntropy {@code exp(H) / E}: 1 when balanced, 1/E at collapse
 * @param dropRate share of the assignments lost to capacity, in 0..1
 * @param deadExperts experts without a token, mean over layers
 * @param routingFluctuation share of the validation tokens whose first expert changed since the
 *     previous evaluation, in 0..1
 */
public record CurveRow(
    String task,
    String gate,
    long seed,
    long step,
    long tokens,
    double trainFlops,
    double wallSeconds,
    OptionalDouble trainLoss,
    OptionalDouble validLoss,
    OptionalDouble auxLoss,
    OptionalDouble temperature,
    OptionalDouble activeExperts,
    OptionalDouble loadEntropy,
    OptionalDouble dropRate,
    OptionalDouble deadExperts,
    OptionalDouble routingFluctuation) {

  /** Rejects names that a line of curves.csv cannot contain. */
  public CurveRow {
    requirePlain("task", task);
    requirePlain("gate", gate);
  }

  /**
   * Returns the row of one step. Temperature, load entropy, drop rate and dead experts are empty
   * while nothing is routed, because there is no gate. Losses of a skipped step are empty. Its
   * active experts are empty too if the step routed nothing.
   */
  public static CurveRow of(String task, String gate, long seed, StepReport report) {
    boolean routed = !report.routing().isEmpty();
    return new CurveRow(
        task,
        gate,
        seed,
        report.step(),
        report.tokens(),
        report.trainFlops(),
        report.wallSeconds(),
        finite(report.trainLoss()),
        report.validLoss(),
        finite(report.auxLoss()),
        onlyIf(routed, report.temperature()),
        onlyIf(routed || !report.skipped(), report.activeExperts()),
        onlyIf(routed, report.loadEntropy()),
        onlyIf(routed, report.dropRate()),
        onlyIf(routed, report.deadExperts()),
        report.routingFluctuation());
  }

  /** Returns the row {@code seconds} later; for a resumed run, whose clock restarts. */
  CurveRow later(double seconds) {
    return new CurveRow(
        task,
        gate,
        seed,
        step,
        tokens,
        trainFlops,
        wallSeconds + seconds,
        trainLoss,
        validLoss,
        auxLoss,
        temperature,
        activeExperts,
        loadEntropy,
        dropRate,
        deadExperts,
        routingFluctuation);
  }

  /** Returns the row for a gate that does not use the temperature. */
  CurveRow withoutTemperature() {
    return new CurveRow(
        task,
        gate,
        seed,
        step,
        tokens,
        trainFlops,
        wallSeconds,
        trainLoss,
        validLoss,
        auxLoss,
        OptionalDouble.empty(),
        activeExperts,
        loadEntropy,
        dropRate,
        deadExperts,
        routingFluctuation);
  }

  private static OptionalDouble finite(double value) {
    return onlyIf(Double.isFinite(value), value);
  }

  private static OptionalDouble onlyIf(boolean measured, double value) {
    return measured ? OptionalDouble.of(value) : OptionalDouble.empty();
  }

  private static void requirePlain(String field, String name) {
    if (name.isBlank() || name.chars().anyMatch(c -> c == ',' || c == '"' || c < ' ')) {
      throw new IllegalArgumentException(
          field + " must not be blank or hold a comma, quote or line break, was '" + name + "'");
    }
  }
}
