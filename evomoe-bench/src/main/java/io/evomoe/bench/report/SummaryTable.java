package io.evomoe.bench.report;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toSet;

import io.evomoe.run.record.RunResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The comparison at a glance: one row a run, the lowest validation loss first, and, when a gate ran
 * with several seeds, one row a gate with mean ± sample standard deviation. A seed that was not
 * measured or diverged makes its gate's mean a dash. A run that was interrupted comes after all
 * others, says so, and is in no mean and no comparison.
 */
public final class SummaryTable {

  private static final String DENSE = "dense";

  private final List<RunResult> results;
  private final List<Measure> measures;
  private final Function<RunResult, String> standing;

  private SummaryTable(
      List<RunResult> results, List<Measure> measures, Function<RunResult, String> standing) {
    this.results = results;
    this.standing = standing;
    this.measures = measures;
  }

  /** The table of these results, in any order. */
  public static SummaryTable of(List<RunResult> results) {
    return of(results, RunResult::interruption);
  }

  /**
   * The same where runs are not over.
   *
   * @param standing what is said behind the name of a run
   */
  static SummaryTable of(List<RunResult> results, Function<RunResult, String> standing) {
    List<RunResult> sorted =
        results.stream()
            .sorted(
                Comparator.comparing(RunResult::task)
                    .thenComparing(RunResult::isInterrupted)
                    .thenComparingDouble(RunResult::validLoss)
                    .thenComparing(RunResult::gate)
                    .thenComparingLong(RunResult::seed))
            .toList();
    return new SummaryTable(sorted, measures(sorted), standing);
  }

  /**
   * Aligned plain text for a terminal.
   *
   * @param columns of the terminal
   */
  public String text(int columns) {
    return runs().text(columns) + means().map(table -> "\n" + table.text(columns)).orElse("");
  }

  /** One row a run. */
  TextTable runs() {
    return TextTable.of(
        results,
        columns(
            this::name, new Column<>("seed", result -> Long.toString(result.seed())), Measure::of));
  }

  /** One row a gate, where some gate has several seeds that came to their end. */
  Optional<TextTable> means() {
    Measure loss = measures.get(0);
    List<List<RunResult>> groups =
        results.stream()
            .filter(result -> !result.isInterrupted())
            .collect(groupingBy(this::label, LinkedHashMap::new, Collectors.toList()))
            .values()
            .stream()
            .sorted(
                Comparator.<List<RunResult>, String>comparing(group -> group.get(0).task())
                    .thenComparingDouble(loss::mean))
            .toList();
    return groups.stream().allMatch(group -> group.size() == 1)
        ? Optional.empty()
        : Optional.of(TextTable.of(groups, meanColumns()));
  }

  private List<Column<List<RunResult>>> meanColumns() {
    return columns(
        group -> label(group.get(0)),
        new Column<>("seeds", group -> Integer.toString(group.size())),
        Measure::meanOf);
  }

  private <T> List<Column<T>> columns(
      Function<T, String> name, Column<T> seed, BiFunction<Measure, T, String> cell) {
    Stream<Column<T>> values =
        measures.stream().map(m -> new Column<>(m.title(), row -> cell.apply(m, row)));
    return Stream.concat(Stream.of(new Column<>("gate", name), seed), values).toList();
  }

  private String name(RunResult result) {
    return label(result) + standing.apply(result);
  }

  private String label(RunResult result) {
    boolean oneTask = results.stream().map(RunResult::task).distinct().count() == 1;
    return oneTask ? result.gate() : result.task() + " " + result.gate();
  }

  private static List<Measure> measures(List<RunResult> results) {
    List<Measure> measures = new ArrayList<>();
    measures.add(new Measure("validation loss", RunResult::validLoss, x -> Format.decimals(x, 4)));
    measures.add(new Measure(metricTitle(results), RunResult::validMetric, Format::metric));
    measures.add(
        new Measure("active experts", RunResult::activeExperts, x -> Format.decimals(x, 2)));
    measures.add(new Measure("load entropy", RunResult::loadEntropy, x -> Format.decimals(x, 3)));
    measures.add(new Measure("drop rate", RunResult::dropRate, Format::percent));
    measures.add(new Measure("tokens/s", RunResult::tokensPerSecond, x -> Format.decimals(x, 0)));
    if (results.stream().anyMatch(SummaryTable::isDense)
        && !results.stream().allMatch(SummaryTable::isDense)) {
      measures.add(new Measure("vs dense", speedAgainstDense(results), Format::ratio));
    }
    measures.add(new Measure("wall time", RunResult::wallSeconds, Format::duration));
    return List.copyOf(measures);
  }

  private static String metricTitle(List<RunResult> results) {
    var names = results.stream().collect(mapping(RunResult::metricName, toSet()));
    return names.size() == 1 ? names.iterator().next() : "metric";
  }

  /** Tokens a second over the mean of the same task's dense runs. */
  private static ToDoubleFunction<RunResult> speedAgainstDense(List<RunResult> results) {
    var denseSpeed =
        results.stream()
            .filter(SummaryTable::isDense)
            .collect(
                groupingBy(
                    RunResult::task, Collectors.averagingDouble(RunResult::tokensPerSecond)));
    return r ->
        r.isInterrupted()
            ? Double.NaN
            : r.tokensPerSecond() / denseSpeed.getOrDefault(r.task(), Double.NaN);
  }

  /** A dense run to compare with. */
  private static boolean isDense(RunResult result) {
    return result.gate().equals(DENSE) && !result.isInterrupted();
  }
}
