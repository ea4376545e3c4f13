package io.evomoe.spark;

import io.evomoe.training.StepReport;
import io.evomoe.training.rounds.Contribution;
import io.evomoe.training.rounds.RoundPlan;
import io.evomoe.training.rounds.WorkerTime;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A round in one line.
 *
 * @param seconds from the start of the round to its end, held-out loss and checkpoint not included
 */
record RoundLine(
    RoundPlan plan, RoundPlan.Span span, StepReport report, Contribution sum, double seconds) {
  /** Share of the median above which a worker is named a straggler. */
  private static final double STRAGGLES = 1.2;

  /**
   * The line.
   *
   * @param startBytes of the start of the round
   * @param workers of the run
   */
  String text(long startBytes, int workers) {
    String valid =
        report.validLoss().isPresent()
            ? ", valid %.4f".formatted(report.validLoss().getAsDouble())
            : "";
    String active =
        report.routing().isEmpty() ? "" : ", %.2f active".formatted(report.activeExperts());
    return "round %d/%d (to step %d) loss %.4f%s%s, %,.0f tokens/s, %s sent, %.1f s%s"
        .formatted(
            plan.roundsBefore(span.to()),
            plan.rounds(),
            span.to(),
            report.trainLoss(),
            valid,
            active,
            sum.sums().tokens() / seconds,
            bytes(bytesSent()),
            seconds,
            stragglers());
  }

  /** Bytes of arrays that were received: the starts, a process each, and the differences. */
  long bytesSent() {
    Map<String, Long> starts =
        sum.workers().values().stream()
            .collect(Collectors.toMap(WorkerTime::place, WorkerTime::startBytes, Math::max));
    return starts.values().stream().mapToLong(Long::longValue).sum() + sum.received();
  }

  private String stragglers() {
    List<Double> times = sum.workers().values().stream().map(WorkerTime::seconds).sorted().toList();
    double median = times.get((times.size() - 1) / 2);
    Map.Entry<Integer, WorkerTime> slowest =
        sum.workers().entrySet().stream()
            .max(Comparator.comparingDouble(entry -> entry.getValue().seconds()))
            .orElseThrow();
    double ratio = slowest.getValue().seconds() / median;
    return ratio < STRAGGLES
        ? ""
        : ", straggler: worker %d (%s) %.1fx the median"
            .formatted(slowest.getKey(), slowest.getValue().place(), ratio);
  }

  private static String bytes(long count) {
    return count < 1_000_000 ? count + " B" : "%,.1f MB".formatted(count / 1e6);
  }
}
