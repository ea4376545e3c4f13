package io.evomoe.bench.report;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A table of cells that are already text. The first column is aligned to the left, the others to
 * the right.
 *
 * @param titles of the columns
 * @param rows with a cell for each column
 */
public record TextTable(List<String> titles, List<List<String>> rows) {

  private static final String GAP = "  ";

  /** A table of rows by their columns. */
  public static <T> TextTable of(List<T> rows, List<Column<T>> columns) {
    return new TextTable(
        columns.stream().map(Column::title).toList(),
        rows.stream()
            .map(row -> columns.stream().map(column -> column.cell().apply(row)).toList())
            .toList());
  }

  /** The table as Markdown has it. */
  public String markdown() {
    String rule = "|---" + "|---:".repeat(titles.size() - 1) + "|";
    Stream<String> body = rows.stream().map(TextTable::markdown);
    return Stream.concat(Stream.of(markdown(titles), rule), body).collect(joining("\n", "", "\n"));
  }

  private static String markdown(List<String> cells) {
    return "| " + String.join(" | ", cells) + " |";
  }

  /**
   * Aligned plain text, a rule below the titles, each line ended by a line feed. Columns that do
   * not fit come below the others, again with the first column.
   *
   * @param columns letters in a line at most, as far as two columns of the table allow
   */
  String text(int columns) {
    List<String> parts = new ArrayList<>();
    for (int from = 1; from < titles.size() || parts.isEmpty(); ) {
      int to = from + 1;
      int length = width(0) + GAP.length() + (from < titles.size() ? width(from) : 0);
      while (to < titles.size() && length + GAP.length() + width(to) <= columns) {
        length += GAP.length() + width(to++);
      }
      parts.add(text(from, Math.min(to, titles.size())));
      from = to;
    }
    return String.join("\n", parts);
  }

  /** The first column and those of a range. */
  private String text(int from, int to) {
    int[] shown = IntStream.concat(IntStream.of(0), IntStream.range(from, to)).toArray();
    String rule = Arrays.stream(shown).mapToObj(i -> "-".repeat(width(i))).collect(joining(GAP));
    Stream<String> body = rows.stream().map(row -> line(row, shown));
    return Stream.concat(Stream.of(line(titles, shown), rule), body)
        .map(line -> line.stripTrailing() + "\n")
        .collect(joining());
  }

  private int width(int column) {
    return Stream.concat(Stream.of(titles), rows.stream())
        .mapToInt(row -> row.get(column).length())
        .max()
        .orElse(0);
  }

  private String line(List<String> cells, int[] shown) {
    return Arrays.stream(shown)
        .mapToObj(i -> aligned(cells.get(i), width(i), i == 0))
        .collect(joining(GAP));
  }

  private static String aligned(String cell, int width, boolean left) {
    String padding = " ".repeat(width - cell.length());
    return left ? cell + padding : padding + cell;
  }

  /**
   * A column of a table.
   *
   * @param title above it
   * @param cell of each row
   * @param <T> a row
   */
  public record Column<T>(String title, Function<T, String> cell) {}

  /** Numbers as the summary shows them; what was not measured is a dash. */
  static final class Format {

    static final String MISSING = "-";

    private Format() {}

    static String decimals(double value, int digits) {
      return Double.isFinite(value)
          ? String.format(Locale.ROOT, "%,." + digits + "f", value)
          : MISSING;
    }

    /** Three decimals below 100, one above: perplexities and accuracies share a column. */
    static String metric(double value) {
      return decimals(value, Math.abs(value) < 100 ? 3 : 1);
    }

    static String percent(double share) {
      return Double.isFinite(share) ? decimals(100 * share, 1) + "%" : MISSING;
    }

    static String ratio(double value) {
      return Double.isFinite(value) ? decimals(value, 2) + "x" : MISSING;
    }

    static String duration(double seconds) {
      if (!Double.isFinite(seconds)) {
        return MISSING;
      }
      long whole = Math.round(seconds);
      if (whole < 60) {
        return decimals(seconds, 1) + "s";
      }
      return whole < 3600
          ? String.format(Locale.ROOT, "%dm %02ds", whole / 60, whole % 60)
          : String.format(Locale.ROOT, "%dh %02dm", whole / 3600, whole % 3600 / 60);
    }
  }
}
