package io.evomoe.bench.study;

import io.evomoe.bench.report.Spread;
import io.evomoe.bench.study.Study.StudyRun;
import io.evomoe.run.record.RunResult;
import io.evomoe.run.record.RunResult.Outcome;
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
import java.util.stream.Stream;

/**
 * The recorded runs of one gate or variant.
 *
 * @param label of the gate or variant
 * @param bySeed its runs
 */
record Group(String label, NavigableMap<Long, Outcome> bySeed) {

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
      Optional<Outcome> found = wanted.test(run) ? study.record(run) : Optional.empty();
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
  Spread ofMeasured(ToDoubleFunction<Outcome> value) {
    return Spread.of(
        bySeed.values().stream().map(value::applyAsDouble).filter(Double::isFinite).toList());
  }

  /** The run of one seed, if there is one. */
  Group only(long seed) {
    return new Group(label, bySeed.subMap(seed, true, seed, true));
  }

  /** Validation loss at the end minus that of another group's run with the same seed. */
  Spread lossMinus(Group other) {
    return Spread.of(minus(other, run -> run.result().validLoss()).toList());
  }

  /** The same after a step, of the pairs that both were evaluated then. */
  Spread lossMinus(Group other, long step) {
    Stream<Double> differences = minus(other, run -> lossAt(run, step));
    return Spread.of(differences.filter(difference -> !difference.isNaN()).toList());
  }

  private Stream<Double> minus(Group other, ToDoubleFunction<Outcome> loss) {
    return shared(other).stream()
        .map(seed -> loss.applyAsDouble(run(seed)) - loss.applyAsDouble(other.run(seed)));
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

  private Outcome run(long seed) {
    return Objects.requireNonNull(bySeed.get(seed), "no run of this seed");
  }

  /**
   * The mean over a run's steps that have it, each row standing for the steps since the last: of
   * what rows have as means of those.
   */
  static double mean(Outcome run, ToDoubleFunction<StepRecord> value) {
    double sum = 0;
    long steps = 0;
    long before = 0;
    for (StepRecord row : run.recorded().steps()) {
      double measured = value.applyAsDouble(row);
      if (!Double.isNaN(measured)) {
        sum += measured * (row.step() - before);
        steps += row.step() - before;
      }
      before = row.step();
    }
    return steps == 0 ? Double.NaN : sum / steps;
  }

  /** The rows that have a validation loss. */
  static List<StepRecord> evaluations(Outcome run) {
    return run.recorded().steps().stream().filter(StepRecord::evaluated).toList();
  }

  /** The validation loss after a step; NaN if it was not measured then. */
  private static double lossAt(Outcome run, long step) {
    return evaluations(run).stream()
        .filter(row -> row.step() == step)
        .mapToDouble(StepRecord::validLoss)
        .findFirst()
        .orElse(Double.NaN);
  }

  /** The mean over the evaluations that have it, each of which stands for itself. */
  static double meanOfEvaluations(Outcome run, ToDoubleFunction<StepRecord> value) {
    return evaluations(run).stream()
        .mapToDouble(value)
        .filter(measured -> !Double.isNaN(measured))
        .average()
        .orElse(Double.NaN);
  }

  /**
   * Where a run had come down to a loss, on the straight line between the evaluations around it.
   *
   * @param tokens trained on by then
   * @param flops of training spent by then
   */
  record Reached(double tokens, double flops) {

    /** Empty where it never did; its first evaluation where that is below already. */
    static Optional<Reached> of(Outcome run, double loss) {
      List<StepRecord> evaluated = evaluations(run);
      for (int i = 0; i < evaluated.size(); i++) {
        if (evaluated.get(i).validLoss() <= loss) {
          return Optional.of(between(evaluated.get(Math.max(0, i - 1)), evaluated.get(i), loss));
        }
      }
      return Optional.empty();
    }

    private static Reached between(StepRecord above, StepRecord below, double loss) {
      double fall = above.validLoss() - below.validLoss();
      double share = fall == 0 ? 0 : (above.validLoss() - loss) / fall;
      return new Reached(
          above.tokens() + share * (below.tokens() - above.tokens()),
          above.trainFlops() + share * (below.trainFlops() - above.trainFlops()));
    }
  }
}
