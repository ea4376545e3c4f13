package io.evomoe.bench.study;

import io.evomoe.bench.report.CurveRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.DoubleFunction;

/** How far runs are from those of the baseline with the same seeds: by seed, and on their way. */
final class PairedTables {
  private static final int MOST_STEPS = 10;
  private static final DoubleFunction<String> FORMAT = MarkdownTable.signed(4);

  private final Group baseline;

  PairedTables(Group baseline) {
    this.baseline = baseline;
  }

  /** Held-out loss at the end minus the baseline's, a column a seed. */
  MarkdownTable bySeed(List<Group> groups, List<Long> seeds) {
    MarkdownTable table = table("seed", seeds);
    for (Group group : others(groups)) {
      List<String> cells = new ArrayList<>(List.of(group.label()));
      for (long seed : seeds) {
        boolean paired = group.shared(baseline).contains(seed);
        cells.add(paired ? FORMAT.apply(group.lossMinus(baseline, seed)) : "-");
      }
      table.row(cells.toArray(String[]::new));
    }
    return table;
  }

  /**
   * Held-out loss minus the baseline's, mean over pairs, a column for each of about {@value
   * #MOST_STEPS} evaluations, the last included.
   */
  MarkdownTable bySteps(List<Group> groups) {
    List<Long> steps = steps();
    MarkdownTable table = table("step", steps);
    for (Group group : others(groups)) {
      List<Map<Long, Double>> differences =
          group.shared(baseline).stream()
              .map(seed -> difference(group.run(seed), baseline.run(seed)))
              .toList();
      List<String> cells = new ArrayList<>(List.of(group.label()));
      for (long step : steps) {
        List<Double> pairs =
            differences.stream().flatMap(d -> Optional.ofNullable(d.get(step)).stream()).toList();
        cells.add(pairs.isEmpty() ? "-" : FORMAT.apply(Spread.of(pairs).mean()));
      }
      table.row(cells.toArray(String[]::new));
    }
    return table;
  }

  private List<Group> others(List<Group> groups) {
    return groups.stream().filter(group -> !group.label().equals(baseline.label())).toList();
  }

  private static MarkdownTable table(String column, List<Long> numbers) {
    List<String> titles = new ArrayList<>(List.of("gate"));
    numbers.forEach(number -> titles.add(column + " " + number));
    return new MarkdownTable(titles.toArray(String[]::new));
  }

  private List<Long> steps() {
    List<Long> all = List.copyOf(losses(baseline.bySeed().firstEntry().getValue()).keySet());
    int stride = (all.size() + MOST_STEPS - 1) / MOST_STEPS;
    List<Long> some = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      if ((all.size() - 1 - i) % stride == 0) {
        some.add(all.get(i));
      }
    }
    return some;
  }

  private static Map<Long, Double> difference(StudyRecord run, StudyRecord base) {
    Map<Long, Double> theirs = losses(base);
    Map<Long, Double> differences = new TreeMap<>(losses(run));
    differences.keySet().retainAll(theirs.keySet());
    differences.replaceAll((step, loss) -> loss - theirs.getOrDefault(step, Double.NaN));
    return differences;
  }

  private static Map<Long, Double> losses(StudyRecord run) {
    Map<Long, Double> losses = new TreeMap<>();
    for (CurveRow row : run.rows()) {
      row.validLoss().ifPresent(loss -> losses.put(row.step(), loss));
    }
    return losses;
  }
}
