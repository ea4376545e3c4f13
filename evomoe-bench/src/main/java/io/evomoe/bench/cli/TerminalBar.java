package io.evomoe.bench.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A progress bar in one line of standard error, where that is a terminal. */
final class TerminalBar {
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
  static boolean isThere() {
    return Boolean.getBoolean(TERMINAL);
  }

  /** A bar, or null if there is no terminal. It ends with {@link #end} or {@link #clear}. */
  static @Nullable TerminalBar of(String name, long all) {
    return isThere() ? new TerminalBar(name, all) : null;
  }

  /** Shows how much is done, some times a second at most. */
  void at(long now, String text) {
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
    show("\r" + BarLine.line(name, done, all, before, took, state, columns() - 1) + LINE_END);
  }

  /** Draws the bar for the last time. */
  void end() {
    synchronized (SCREEN) {
      draw();
      close(System.lineSeparator());
    }
  }

  /** Takes the bar away. */
  void clear() {
    synchronized (SCREEN) {
      close(LINE_START);
    }
  }

  private static void close(String end) {
    shown = null;
    show(end);
  }

  /** Prints a line where a bar stands, which is drawn again below it. */
  static void above(PrintStream out, String line) {
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
}
