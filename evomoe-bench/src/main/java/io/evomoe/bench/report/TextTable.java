package io.evomoe.bench.report;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A table of cells that are already text. The first column is aligned to the left, the others to
 * the right.
 */
record TextTable(List<String> titles, List<List<String>> rows) {

  private static final String GAP = "  ";

  TextTable {
    titles = List.copyOf(titles);
    rows = List.copyOf(rows);
  }

  /** Aligned plain text, a rule below the titles, each line ended by a line feed. */
  String text() {
    List<Integer> widths = IntStream.range(0, titles.size()).mapToObj(this::width).toList();
    String rule = widths.stream().map("-"::repeat).collect(joining(GAP));
    Stream<String> body = rows.stream().map(row -> line(row, widths));
    return Stream.concat(Stream.of(line(titles, widths), rule), body)
        .map(line -> line.stripTrailing() + "\n")
        .collect(joining());
  }

  private int width(int column) {
    return Stream.concat(Stream.of(titles), rows.stream())
        .mapToInt(row -> row.get(column).length())
        .max()
        .orElse(0);
  }

  private static String line(List<String> cells, List<Integer> widths) {
    return IntStream.range(0, cells.size())
        .mapToObj(i -> aligned(cells.get(i), widths.get(i), i == 0))
        .collect(joining(GAP));
  }

  private static String aligned(String cell, int width, boolean left) {
    String padding = " ".repeat(width - cell.length());
    return left ? cell + padding : padding + cell;
  }
}
