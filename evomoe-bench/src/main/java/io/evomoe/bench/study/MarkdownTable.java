package io.evomoe.bench.study;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;

/** A table as Markdown has it, the first column to the left, the others to the right. */
final class MarkdownTable {
  private final int columns;
  private final StringBuilder text = new StringBuilder();

  MarkdownTable(String... titles) {
    columns = titles.length;
    row(titles);
    text.append("|---").append(String.join("", Collections.nCopies(columns - 1, "|---:")));
    text.append("|\n");
  }

  void row(String... cells) {
    if (cells.length != columns) {
      throw new IllegalArgumentException(
          "cells must be %d, were %s".formatted(columns, List.of(cells)));
    }
    text.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }

  String text() {
    return text.toString();
  }

  static DoubleFunction<String> decimals(int digits) {
    return value -> String.format(Locale.ROOT, "%,." + digits + "f", value);
  }

  static DoubleFunction<String> signed(int digits) {
    return value -> String.format(Locale.ROOT, "%+." + digits + "f", value);
  }

  static String scientific(double value) {
    return String.format(Locale.ROOT, "%.3g", value);
  }
}
