package io.evomoe.spark;

import io.evomoe.training.StepRecord;
import io.evomoe.training.internal.rounds.Contribution;
import io.evomoe.training.internal.rounds.Contribution.WorkerTime;
import io.evomoe.training.internal.rounds.RoundPlan;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The measurements of a round.
 *
 * @param plan of the run
 * @param span steps of the round
 * @param sum sum of the workers' contributions
 * @param seconds from the start of the round to its end, without validation and checkpoint
 */
record RoundLine(RoundPlan plan, RoundPlan.Span span, Contribution sum, double seconds) {
  /** Multiple of the median time above which a worker is reported as a straggler. */
  private static final double STRAGGLES = 1.2;

  /**
   * Returns the line for the user.
   *
   * @param step the round as a step, with its evaluation
   */
  String text(StepRecord step) {
    String valid = step.evaluated() ? ", valid %.4f".formatted(step.validLoss()) : "";
    String active = step.layers().isEmpty() ? "" : ", %.2f active".formatted(step.activeExperts());
    return "round %d/%d (to step %d%s) loss %.4f%s%s, %,.0f tokens/s, %s received, %.1f s%s"
        .formatted(
            plan.number(span),
            plan.rounds(),
            span.to(),
            plan.isCutAfter(span) ? ", where experts are spawned" : "",
            step.trainLoss(),
            valid,
            active,
            tokensPerSecond(),
            bytes(bytesReceived()),
            seconds,
            straggler());
  }

  /** Returns the line of {@link RoundFile}. */
  String csv() {
    return String.format(
        Locale.ROOT,
        "%d,%d,%.3f,%.1f,%d,%.3f,%.3f,%d%n",
        plan.number(span),
        span.to(),
        seconds,
        tokensPerSecond(),
        bytesReceived(),
        medianSeconds(),
        slowest().getValue().seconds(),
        slowest().getKey());
  }

  private double tokensPerSecond() {
    return sum.sums().tokens() / seconds;
  }

  /** Returns the received bytes of arrays: one start per process, and the differences. */
  private long bytesReceived() {
    Map<String, Long> starts =
        sum.workers().values().stream()
            .collect(Collectors.toMap(WorkerTime::place, WorkerTime::startBytes, Math::max));
    return starts.values().stream().mapToLong(Long::longValue).sum() + sum.received();
  }

  /** Returns the lower median. */
  private double medianSeconds() {
    List<Double> times = sum.workers().values().stream().map(WorkerTime::seconds).sorted().toList();
    return times.get((times.size() - 1) / 2);
  }

  private Map.Entry<Integer, WorkerTime> slowest() {
    return sum.workers().entrySet().stream()
        .max(Comparator.comparingDouble(entry -> entry.getValue().seconds()))
        .orElseThrow();
  }

  private String straggler() {
    double ratio = slowest().getValue().seconds() / medianSeconds();
    return ratio < STRAGGLES
        ? ""
        : ", straggler: worker %d (%s) %.1fx the median"
            .formatted(slowest().getKey(), slowest().getValue().place(), ratio);
  }

  private static String bytes(long count) {
    return count < 1_000_000 ? count + " B" : "%,.1f MB".formatted(count / 1e6);
  }
}
