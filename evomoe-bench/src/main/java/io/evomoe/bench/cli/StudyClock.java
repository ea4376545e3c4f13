package io.evomoe.bench.cli;

import io.evomoe.bench.study.Study;
import io.evomoe.bench.study.StudyRun;
import java.util.Collection;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * How long runs of a study will take: as long a step as the recorded ones of the same gate or
 * variant, or of all where there is none.
 */
final class StudyClock {
  private final Study study;
  private final double maxSeconds;
  private final long start = System.nanoTime();

  /** Starts now. */
  StudyClock(Study study, @Nullable Double maxMinutes) {
    this.study = study;
    this.maxSeconds = maxMinutes == null ? Double.POSITIVE_INFINITY : 60 * maxMinutes;
  }

  /** Whether a run would be over in time; a run of unknown length would. */
  boolean hasTimeFor(StudyRun run) {
    double seconds = (System.nanoTime() - start) / 1e9;
    return seconds + seconds(run).orElse(0) <= maxSeconds;
  }

  /** The time that runs will take, as text; empty where nothing is known. */
  String left(Collection<StudyRun> runs) {
    List<OptionalDouble> known = runs.stream().map(this::seconds).toList();
    return known.stream().allMatch(OptionalDouble::isPresent)
        ? ", about %.0f min left".formatted(known.stream().mapToDouble(s -> s.orElse(0)).sum() / 60)
        : "";
  }

  private OptionalDouble seconds(StudyRun run) {
    OptionalDouble own = secondsOfStep(run.label());
    OptionalDouble step = own.isPresent() ? own : secondsOfStep(null);
    return step.isPresent() ? OptionalDouble.of(step.getAsDouble() * study.steps(run)) : step;
  }

  private OptionalDouble secondsOfStep(@Nullable String label) {
    return study.runs().stream()
        .filter(run -> label == null || run.label().equals(label))
        .flatMap(run -> study.record(run).stream())
        .mapToDouble(record -> record.result().wallSeconds() / record.result().steps())
        .average();
  }
}
