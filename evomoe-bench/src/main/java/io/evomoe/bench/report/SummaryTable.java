package io.evomoe.bench.report;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toSet;

import io.evomoe.bench.report.TextTable.Column;
import io.evomoe.bench.report.TextTable.Format;
import io.evomoe.run.record.RunResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * The comparison at a glance: one row a run, the lowest validation loss first, and, when a gate ran
 * with several seeds, one row a gate with mean ± sample standard deviation. A seed that was not
 * measured or diverged makes its gate's mean a dash. A run that was interrupted comes after all
 * others, says so, and is in no mean and no comparison.
 */
public final class SummaryTable {

  private static final String DENSE = "dense";

  private final List<RunResult> results;
  private final Function<RunResult, String> standing;

  private SummaryTable(List<RunResult> results, Function<RunResult, String> standing) {
    this.results = results;
    this.standing = standing;
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
    return new SummaryTable(sorted, standing);
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
        results.stream().map(run -> List.of(run)).toList(),
        columns(
            new Column<>("gate", run -> label(run.get(0)) + standing.apply(run.get(0))),
            new Column<>("seed", run -> Long.toString(run.get(0).seed()))));
  }

  /** One row a gate, where some gate has several seeds that came to their end. */
  Optional<TextTable> means() {
    List<List<RunResult>> groups =
        results.stream()
            .filter(result -> !result.isInterrupted())
            .collect(groupingBy(this::label, LinkedHashMap::new, Collectors.toList()))
            .values()
            .stream()
            .sorted(
                Comparator.<List<RunResult>, String>comparing(group -> group.get(0).task())
                    .thenComparingDouble(group -> spread(group, RunResult::validLoss).mean()))
            .toList();
    return groups.stream().allMatch(group -> group.size() == 1)
        ? Optional.empty()
        : Optional.of(
            TextTable.of(
                groups,
                columns(
                    new Column<>("gate", group -> label(group.get(0))),
                    new Column<>("seeds", group -> Integer.toString(group.size())))));
  }

  private String label(RunResult result) {
    boolean oneTask = results.stream().map(RunResult::task).distinct().count() == 1;
    return oneTask ? result.gate() : result.task() + " " + result.gate();
  }

  /** Columns of rows of one run or several. */
  private List<Column<List<RunResult>>> columns(
      Column<List<RunResult>> name, Column<List<RunResult>> seed) {
    List<Column<List<RunResult>>> columns = new ArrayList<>(List.of(name, seed));
    columns.add(mean("validation loss", RunResult::validLoss, x -> Format.decimals(x, 4)));
    columns.add(mean(metricTitle(results), RunResult::validMetric, Format::metric));
    columns.add(mean("active experts", RunResult::activeExperts, x -> Format.decimals(x, 2)));
    columns.add(mean("load entropy", RunResult::loadEntropy, x -> Format.decimals(x, 3)));
    columns.add(mean("drop rate", RunResult::dropRate, Format::percent));
    columns.add(mean("tokens/s", RunResult::tokensPerSecond, x -> Format.decimals(x, 0)));
    if (results.stream().anyMatch(SummaryTable::isDense)
        && !results.stream().allMatch(SummaryTable::isDense)) {
      columns.add(mean("vs dense", speedAgainstDense(results), Format::ratio));
    }
    columns.add(mean("wall time", RunResult::wallSeconds, Format::duration));
    return columns;
  }

  /** Mean and, from two runs on, the sample standard deviation (n - 1). */
  private static Column<List<RunResult>> mean(
      String title, ToDoubleFunction<RunResult> value, DoubleFunction<String> format) {
    return new Column<>(
        title,
        group -> {
          Spread spread = spread(group, value);
          return Double.isFinite(spread.mean()) ? spread.text(format) : format.apply(spread.mean());
        });
  }

  private static Spread spread(List<RunResult> group, ToDoubleFunction<RunResult> value) {
    return Spread.of(group.stream().map(value::applyAsDouble).toList());
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
