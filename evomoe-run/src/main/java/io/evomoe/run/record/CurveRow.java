package io.evomoe.run.record;

import io.evomoe.training.StepReport;
import java.util.OptionalDouble;

/**
 * One point of a run's curves: one line of curves.csv.
 *
 * @param task {@code gpt}, {@code roberta} or {@code mt}; no comma, quote or line break
 * @param gate the gate's name; no comma, quote or line break
 * @param seed of the run
 * @param step number of finished optimizer steps
 * @param tokens tokens trained on so far
 * @param trainFlops floating-point operations spent in training so far
 * @param wallSeconds since the run began, evaluation included
 * @param trainLoss task loss of this step, nats a token
 * @param validLoss held-out loss after this step, nats a token
 * @param auxLoss sum of auxiliary losses, coefficients included
 * @param temperature of the gates
 * @param activeExperts mean number of experts a token had
 * @param loadEntropy {@code exp(H) / E}: 1 when balanced, 1/E at collapse
 * @param dropRate share of the assignments lost to capacity, in 0..1
 * @param deadExperts experts without a token, mean over layers
 * @param routingFluctuation share of the held-out tokens whose first expert changed since the
 *     evaluation before, in 0..1
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

  /** Refuses names that a line of curves.csv cannot hold. */
  public CurveRow {
    requirePlain("task", task);
    requirePlain("gate", gate);
  }

  /**
   * The row of one step. Temperature, load entropy, drop rate and dead experts are empty while
   * nothing is routed: there is no gate then that could have them. Losses of a skipped step are
   * empty, and so are its active experts where it did not come to route anything.
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

  /** The same row, {@code seconds} later; for a resumed run, whose clock starts anew. */
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

  /** The same row for a gate that does not look at the temperature. */
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
