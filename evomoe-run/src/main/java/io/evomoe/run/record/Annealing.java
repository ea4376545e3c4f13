package io.evomoe.run.record;

import io.evomoe.training.RecordedRun;
import io.evomoe.training.StepRecord;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The change of a run's sparsity and speed, from the first to the last tenth of its routed steps.
 *
 * @param gate of the run
 */
public record Annealing(String gate, Tenth first, Tenth last) {
  /**
   * A tenth of the steps.
   *
   * @param temperature mean temperature
   * @param activeExperts mean number of active experts
   * @param millis median time of a step
   */
  public record Tenth(double temperature, double activeExperts, double millis) {
    private static Tenth of(List<StepRecord> steps) {
      return new Tenth(
          mean(steps, StepRecord::temperature),
          mean(steps, StepRecord::activeExperts),
          medianMillis(steps));
    }
  }

  /** Computes the change; empty if too few steps have a temperature and a time. */
  public static Optional<Annealing> of(RecordedRun run) {
    List<StepRecord> routed =
        run.steps().stream().filter(row -> Double.isFinite(row.temperature())).toList();
    int tenth = routed.size() / 10;
    if (tenth < 2) {
      return Optional.empty();
    }
    Tenth first = Tenth.of(routed.subList(0, tenth));
    Tenth last = Tenth.of(routed.subList(routed.size() - tenth, routed.size()));
    return Double.isFinite(first.millis + last.millis)
        ? Optional.of(new Annealing(run.gate(), first, last))
        : Optional.empty();
  }

  /** Returns one line for the user. */
  public String text() {
    return String.format(
        Locale.ROOT,
        "%s: temperature %.2f -> %.2f, active experts %.2f -> %.2f, step %.0f ms -> %.0f ms",
        gate,
        first.temperature,
        last.temperature,
        first.activeExperts,
        last.activeExperts,
        first.millis,
        last.millis);
  }

  private static double mean(List<StepRecord> rows, ToDoubleFunction<StepRecord> value) {
    return rows.stream().mapToDouble(value).average().orElse(Double.NaN);
  }

  /** Takes differences of the clock, without steps that have an evaluation. */
  private static double medianMillis(List<StepRecord> rows) {
    double[] millis =
        IntStream.range(1, rows.size())
            .filter(i -> !rows.get(i).evaluated())
            .mapToDouble(i -> 1000 * (rows.get(i).wallSeconds() - rows.get(i - 1).wallSeconds()))
            .sorted()
            .toArray();
    return millis.length == 0 ? Double.NaN : millis[millis.length / 2];
  }
}
