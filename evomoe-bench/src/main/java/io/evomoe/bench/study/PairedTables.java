package io.evomoe.bench.study;

import io.evomoe.training.StepRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;

/** How far runs are from others with the same seeds: by seed, and on their way. */
final class PairedTables {
  private static final int MOST_STEPS = 10;
  private static final DoubleFunction<String> FORMAT = MarkdownTable.signed(4);

  private final Group baseline;

  PairedTables(Group baseline) {
    this.baseline = baseline;
  }

  /** Validation loss at the end minus the baseline's, a column a seed. */
  MarkdownTable bySeed(List<Group> groups, List<Long> seeds) {
    MarkdownTable table = table(List.of("gate"), "seed", seeds);
    for (Group group : others(groups, baseline)) {
      List<String> cells = new ArrayList<>(List.of(group.label()));
      addBySeed(cells, group, baseline, seeds);
      table.row(cells.toArray(String[]::new));
    }
    return table;
  }

  /** A gate's validation loss at the end minus that of each other, with a column a seed. */
  static MarkdownTable minusEach(Group gate, List<Group> groups, List<Long> seeds) {
    MarkdownTable table = table(List.of("minus", "mean", "95% interval"), "seed", seeds);
    for (Group other : others(groups, gate)) {
      Spread difference = gate.lossMinus(other);
      List<String> cells = new ArrayList<>(List.of(other.label()));
      cells.add(difference.text(FORMAT));
      cells.add(difference.interval(FORMAT));
      addBySeed(cells, gate, other, seeds);
      table.row(cells.toArray(String[]::new));
    }
    return table;
  }

  private static void addBySeed(List<String> cells, Group group, Group base, List<Long> seeds) {
    List<Long> shared = group.shared(base);
    for (long seed : seeds) {
      cells.add(shared.contains(seed) ? FORMAT.apply(group.lossMinus(base, seed)) : "-");
    }
  }

  /**
   * Validation loss minus the baseline's, mean over pairs, a column for each of about {@value
   * #MOST_STEPS} evaluations, the last included.
   */
  MarkdownTable bySteps(List<Group> groups) {
    List<Long> steps = steps();
    MarkdownTable table = table(List.of("gate"), "step", steps);
    for (Group group : others(groups, baseline)) {
      List<String> cells = new ArrayList<>(List.of(group.label()));
      for (long step : steps) {
        List<Double> pairs = differences(group, step);
        cells.add(pairs.isEmpty() ? "-" : FORMAT.apply(Spread.of(pairs).mean()));
      }
      table.row(cells.toArray(String[]::new));
    }
    return table;
  }

  private static List<Group> others(List<Group> groups, Group gate) {
    return groups.stream().filter(group -> !group.label().equals(gate.label())).toList();
  }

  private static MarkdownTable table(List<String> first, String column, List<Long> numbers) {
    List<String> titles = new ArrayList<>(first);
    numbers.forEach(number -> titles.add(column + " " + number));
    return new MarkdownTable(titles.toArray(String[]::new));
  }

  private List<Long> steps() {
    List<Long> all =
        baseline.bySeed().firstEntry().getValue().evaluations().stream()
            .map(StepRecord::step)
            .toList();
    int stride = (all.size() + MOST_STEPS - 1) / MOST_STEPS;
    List<Long> some = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      if ((all.size() - 1 - i) % stride == 0) {
        some.add(all.get(i));
      }
    }
    return some;
  }

  /** Of the pairs that both were evaluated after this step. */
  private List<Double> differences(Group group, long step) {
    List<Double> differences = new ArrayList<>();
    for (long seed : group.shared(baseline)) {
      double difference = loss(group.run(seed), step) - loss(baseline.run(seed), step);
      if (!Double.isNaN(difference)) {
        differences.add(difference);
      }
    }
    return differences;
  }

  private static double loss(StudyRecord run, long step) {
    return run.evaluations().stream()
        .filter(row -> row.step() == step)
        .findFirst()
        .map(StepRecord::validLoss)
        .orElse(Double.NaN);
  }
}
