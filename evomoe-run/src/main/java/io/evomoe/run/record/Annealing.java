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
 * @param startTemperature mean temperature of the first tenth
 * @param endTemperature mean temperature of the last tenth
 * @param startActive mean number of active experts in the first tenth
 * @param endActive mean number of active experts in the last tenth
 * @param startMillis median time of a step in the first tenth
 * @param endMillis median time of a step in the last tenth
 */
public record Annealing(
    String gate,
    double startTemperature,
    double endTemperature,
    double startActive,
    double endActive,
    double startMillis,
    double endMillis) {

  /** Computes the change; empty if too few steps have a temperature and a time. */
  public static Optional<Annealing> of(RecordedRun run) {
    List<StepRecord> routed =
        run.steps().stream().filter(row -> Double.isFinite(row.temperature())).toList();
    int tenth = routed.size() / 10;
    if (tenth < 2) {
      return Optional.empty();
    }
    List<StepRecord> first = routed.subList(0, tenth);
    List<StepRecord> last = routed.subList(routed.size() - tenth, routed.size());
    Annealing annealing =
        new Annealing(
            run.gate(),
            mean(first, StepRecord::temperature),
            mean(last, StepRecord::temperature),
            mean(first, StepRecord::activeExperts),
            mean(last, StepRecord::activeExperts),
            medianMillis(first),
            medianMillis(last));
    return annealing.isTimed() ? Optional.of(annealing) : Optional.empty();
  }

  private boolean isTimed() {
    return Double.isFinite(startMillis) && Double.isFinite(endMillis);
  }

  /** Returns one line for the user. */
  public String text() {
    return String.format(
        Locale.ROOT,
        "%s: temperature %.2f -> %.2f, active experts %.2f -> %.2f, step %.0f ms -> %.0f ms",
        gate,
        startTemperature,
        endTemperature,
        startActive,
        endActive,
        startMillis,
        endMillis);
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
