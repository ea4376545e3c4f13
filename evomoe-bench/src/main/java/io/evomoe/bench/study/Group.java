package io.evomoe.bench.study;

import io.evomoe.bench.report.Spread;
import io.evomoe.bench.study.Study.StudyRun;
import io.evomoe.bench.study.StudyResults.StudyRecord;
import io.evomoe.bench.study.StudyResults.StudyRecord.Reached;
import io.evomoe.run.record.RunResult;
import io.evomoe.training.StepRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;

/**
 * The recorded runs of one gate or variant.
 *
 * @param label of the gate or variant
 * @param bySeed its runs
 */
record Group(String label, NavigableMap<Long, StudyRecord> bySeed) {

  /** The gates, and the variants that stand beside them. */
  static List<Group> shown(Study study) {
    Set<String> variants = study.config().ablations().shownLabels();
    return of(study, run -> run.part() == StudyRun.Part.GATE || variants.contains(run.label()));
  }

  /** All variants. */
  static List<Group> variants(Study study) {
    return of(study, run -> run.part() == StudyRun.Part.ABLATION);
  }

  /** What is recorded, in the order of the study; those without a run are left out. */
  private static List<Group> of(Study study, Predicate<StudyRun> wanted) {
    Map<String, Group> groups = new LinkedHashMap<>();
    for (StudyRun run : study.runs()) {
      Optional<StudyRecord> found = wanted.test(run) ? study.record(run) : Optional.empty();
      if (found.isPresent()) {
        groups
            .computeIfAbsent(run.label(), label -> new Group(label, new TreeMap<>()))
            .bySeed
            .put(run.seed(), found.get());
      }
    }
    return List.copyOf(groups.values());
  }

  /** A number of each run's result. */
  Spread of(ToDoubleFunction<RunResult> value) {
    return Spread.of(
        bySeed.values().stream().map(run -> value.applyAsDouble(run.result())).toList());
  }

  /** The same of those runs that have it. */
  Spread ofMeasured(ToDoubleFunction<StudyRecord> value) {
    return Spread.of(
        bySeed.values().stream().map(value::applyAsDouble).filter(Double::isFinite).toList());
  }

  /** Validation loss at the end minus that of another group's run with the same seed. */
  Spread lossMinus(Group other) {
    return Spread.of(shared(other).stream().map(seed -> lossMinusOfSeed(other, seed)).toList());
  }

  /** The same of one seed that both have. */
  double lossMinusOfSeed(Group other, long seed) {
    return run(seed).result().validLoss() - other.run(seed).result().validLoss();
  }

  /** The same after a step, of the pairs that both were evaluated then. */
  List<Double> lossMinus(Group other, long step) {
    return shared(other).stream()
        .map(seed -> run(seed).lossAt(step) - other.run(seed).lossAt(step))
        .filter(difference -> !Double.isNaN(difference))
        .toList();
  }

  /**
   * A number of each run that came down to the final loss of another group's run with the same
   * seed, from where it did and that run's result.
   */
  Spread reached(Group other, ToDoubleBiFunction<Reached, RunResult> value) {
    List<Double> values = new ArrayList<>();
    for (long seed : shared(other)) {
      RunResult goal = other.run(seed).result();
      Reached.of(run(seed), goal.validLoss())
          .ifPresent(reached -> values.add(value.applyAsDouble(reached, goal)));
    }
    return Spread.of(values);
  }

  /** The seeds that both have. */
  List<Long> shared(Group other) {
    return bySeed.keySet().stream().filter(other.bySeed::containsKey).toList();
  }

  StudyRecord run(long seed) {
    return Objects.requireNonNull(bySeed.get(seed), "no run of this seed");
  }

  /**
   * The mean over a run's steps that have it, each row standing for the steps since the last: of
   * what rows have as means of those.
   */
  static double mean(StudyRecord run, ToDoubleFunction<StepRecord> value) {
    double sum = 0;
    long steps = 0;
    long before = 0;
    for (StepRecord row : run.rows()) {
      double measured = value.applyAsDouble(row);
      if (!Double.isNaN(measured)) {
        sum += measured * (row.step() - before);
        steps += row.step() - before;
      }
      before = row.step();
    }
    return steps == 0 ? Double.NaN : sum / steps;
  }

  /** The mean over the evaluations that have it, each of which stands for itself. */
  static double meanOfEvaluations(StudyRecord run, ToDoubleFunction<StepRecord> value) {
    return run.evaluations().stream()
        .mapToDouble(value)
        .filter(measured -> !Double.isNaN(measured))
        .average()
        .orElse(Double.NaN);
  }
}
