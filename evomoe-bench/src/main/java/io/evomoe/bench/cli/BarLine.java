package io.evomoe.bench.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A bar in one line of a terminal. Where there is little room, what is said last of its state goes
 * first, then the time that is left; what is said first stays.
 */
final class BarLine {
  private static final int FEWEST_CELLS = 8;
  private static final int MOST_CELLS = 40;
  private static final String BETWEEN = ", ";

  private BarLine() {}

  /**
   * The line.
   *
   * @param before done before there was a clock
   * @param message parts with a comma between them, the most important first
   * @param width columns at most
   */
  static String line(
      String name, long done, long all, long before, Duration took, String message, int width) {
    long whole = Math.max(1, Math.max(done, all));
    String left = "%s %3d%% [".formatted(name, 100 * done / whole);
    String ratio = "] %d/%d".formatted(done, all);
    String time = done > before ? " %s left".formatted(clock(took, done - before, all - done)) : "";
    List<String> parts = new ArrayList<>(List.of(message.strip().split(BETWEEN)));
    while (parts.size() > 2 && cells(left, ratio + time + said(parts), width) < FEWEST_CELLS) {
      parts.remove(parts.size() - 1);
    }
    boolean noRoom = cells(left, ratio + time + said(parts), width) < FEWEST_CELLS;
    String right = ratio + (noRoom ? "" : time) + said(parts);
    int cells = Math.max(0, Math.min(MOST_CELLS, cells(left, right, width)));
    int full = (int) (cells * done / whole);
    String bar =
        "=".repeat(full) + (full < cells ? ">" : "") + " ".repeat(Math.max(0, cells - full - 1));
    String line = left + bar + right;
    return line.length() <= width ? line : line.substring(0, width);
  }

  private static int cells(String left, String right, int width) {
    return width - left.length() - right.length();
  }

  private static String said(List<String> parts) {
    String text = String.join(BETWEEN, parts);
    return text.isEmpty() ? "" : "  " + text;
  }

  /** As long as what was done took, for what is left. */
  private static String clock(Duration took, long done, long left) {
    long seconds = Math.round(took.toMillis() / 1e3 * left / done);
    return seconds < 3600
        ? "%d:%02d".formatted(seconds / 60, seconds % 60)
        : "%d:%02d:%02d".formatted(seconds / 3600, seconds % 3600 / 60, seconds % 60);
  }
}
