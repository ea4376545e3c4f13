package io.evomoe.spark;

import io.evomoe.training.StepRecord;
import io.evomoe.training.internal.rounds.Contribution;
import io.evomoe.training.internal.rounds.Contribution.WorkerTime;
import io.evomoe.training.internal.rounds.RoundPlan;
import io.evomoe.training.internal.rounds.WireFormat;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The measurements of a round.
 *
 * @param plan of the run
 * @param span steps of the round
 * @param step the round as a step
 * @param sum sum of the workers' contributions
 * @param traffic of the model
 * @param wire format of the differences
 * @param seconds from the start of the round to its end, without validation and checkpoint
 */
record RoundLine(
    RoundPlan plan,
    RoundPlan.Span span,
    StepRecord step,
    Contribution sum,
    Traffic traffic,
    WireFormat wire,
    double seconds) {
  /** Multiple of the median time above which a worker is reported as a straggler. */
  private static final double STRAGGLES = 1.2;

  /** Returns a copy with the round as it was recorded, with its evaluation. */
  RoundLine of(StepRecord recorded) {
    return new RoundLine(plan, span, recorded, sum, traffic, wire, seconds);
  }

  /** Returns the line for the user. */
  String text() {
    String valid = step.evaluated() ? ", valid %.4f".formatted(step.validLoss()) : "";
    String active = step.layers().isEmpty() ? "" : ", %.2f active".formatted(step.activeExperts());
    return "round %d/%d (to step %d%s) loss %.4f%s%s, %,.0f tokens/s, %s received, %.1f s%s"
        .formatted(
            number(),
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

  /** Returns the number, counted from 1. */
  long number() {
    return plan.number(span);
  }

  double tokensPerSecond() {
    return sum.sums().tokens() / seconds;
  }

  /** Returns the received bytes of arrays: one start per process, and the differences. */
  long bytesReceived() {
    return starts().values().stream().mapToLong(Long::longValue).sum() + sum.received();
  }

  /** Returns the bytes that {@link Traffic} predicts. */
  long bytesPredicted() {
    int processes = (int) starts().values().stream().filter(bytes -> bytes > 0).count();
    return traffic.roundBytes(processes, sum.workers().size(), wire);
  }

  private Map<String, Long> starts() {
    return sum.workers().values().stream()
        .collect(Collectors.toMap(WorkerTime::place, WorkerTime::startBytes, Math::max));
  }

  /** Returns the lower median. */
  double medianSeconds() {
    List<Double> times = sum.workers().values().stream().map(WorkerTime::seconds).sorted().toList();
    return times.get((times.size() - 1) / 2);
  }

  /** Returns the slowest worker. */
  Map.Entry<Integer, WorkerTime> slowest() {
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

  /**
   * Bytes of arrays that a round transfers: the start, in float32, to each process, and one
   * difference for each partial sum in a binary tree, up to the driver.
   *
   * @param numbers trained numbers, all experts included
   * @param stateNumbers numbers of the gates' state, each in float64
   */
  record Traffic(long numbers, long stateNumbers) {

    /** Returns the number of partial sums at the next level of the tree. */
    static int halved(int parts) {
      return (parts + 1) / 2;
    }

    /**
     * Returns the number of transferred differences: one from each worker, and one from each
     * partial sum.
     */
    static long transfers(int workers) {
      long sent = 1;
      for (int left = workers; left > 1; left = halved(left)) {
        sent += left;
      }
      return sent;
    }

    /**
     * Returns the bytes of one round.
     *
     * @param processes number of processes that receive the start
     * @param workers number of workers that send a difference
     */
    long roundBytes(int processes, int workers, WireFormat wire) {
      return processes * WireFormat.F32.bytes(numbers, stateNumbers)
          + transfers(workers) * wire.bytes(numbers, stateNumbers);
    }
  }
}
