package io.evomoe.bench.cli.console;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A progress bar in one line of standard error, where that is a terminal. */
public final class TerminalBar {
  /** Set by the launcher when standard error is a terminal. */
  private static final String TERMINAL = "evomoe.terminal";

  /** Set by the launcher: how wide the terminal is. */
  private static final String COLUMNS = "evomoe.columns";

  private static final Object SCREEN = new Object();

  /** Clears from here to the end of the line. */
  private static final String LINE_END = "\033[K";

  private static final String LINE_START = "\r" + LINE_END;
  private static final int USUAL_COLUMNS = 80;
  private static final int FEWEST_COLUMNS = 40;
  private static final int FEWEST_CELLS = 8;
  private static final int MOST_CELLS = 40;
  private static final String BETWEEN = ", ";
  private static final long PERIOD = TimeUnit.MILLISECONDS.toNanos(200);

  private static @Nullable TerminalBar shown;

  private final String name;
  private final long all;
  private final long start = System.nanoTime();
  private long drawn = start - PERIOD;
  private long before = -1;
  private long done;
  private String state = "";

  private TerminalBar(String name, long all) {
    this.name = name;
    this.all = all;
  }

  /** Whether standard error is a terminal. */
  public static boolean isThere() {
    return Boolean.getBoolean(TERMINAL);
  }

  /** A bar, or null if there is no terminal. It ends with {@link #end} or {@link #clear}. */
  public static @Nullable TerminalBar of(String name, long all) {
    return isThere() ? new TerminalBar(name, all) : null;
  }

  /** Shows how much is done, some times a second at most. */
  public void at(long now, String text) {
    synchronized (SCREEN) {
      before = before < 0 ? now : before;
      done = now;
      state = text;
      if (System.nanoTime() - drawn >= PERIOD) {
        draw();
      }
    }
  }

  private void draw() {
    shown = this;
    drawn = System.nanoTime();
    Duration took = Duration.ofNanos(drawn - start);
    show("\r" + line(name, done, all, before, took, state, columns() - 1) + LINE_END);
  }

  /** Draws the bar for the last time. */
  public void end() {
    synchronized (SCREEN) {
      draw();
      close(System.lineSeparator());
    }
  }

  /** Takes the bar away. */
  public void clear() {
    synchronized (SCREEN) {
      close(LINE_START);
    }
  }

  private static void close(String end) {
    shown = null;
    show(end);
  }

  /** Prints a line where a bar stands, which is drawn again below it. */
  public static void above(PrintStream out, String line) {
    synchronized (SCREEN) {
      if (isThere()) {
        show(LINE_START);
      }
      out.println(line);
      out.flush();
      if (shown != null) {
        shown.draw();
      }
    }
  }

  private static void show(String text) {
    System.err.print(text);
    System.err.flush();
  }

  private static int columns() {
    int columns = Integer.getInteger(COLUMNS, USUAL_COLUMNS);
    return columns <= 0 ? USUAL_COLUMNS : Math.max(FEWEST_COLUMNS, columns);
  }

  /**
   * The line. If there is little room, the last parts of the message go first, then the time that
   * is left.
   *
   * @param before done before there was a clock
   * @param message parts with a comma between them, the most important first
   * @param width columns at most
   */
  public static String line(
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
