package io.evomoe.bench.cli;

import java.io.PrintStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/** Progress bars on standard error, where that is a terminal. */
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

  private TerminalBar() {}

  /** Whether standard error is a terminal. */
  static boolean isThere() {
    return Boolean.getBoolean(TERMINAL);
  }

  /** A bar, or null if there is no terminal. It ends with {@link #end} or {@link #clear}. */
  static @Nullable ProgressBar of(String name, long all) {
    if (!isThere()) {
      return null;
    }
    return new ProgressBarBuilder()
        .setTaskName(name)
        .setInitialMax(all)
        .setRenderer(new BarLine())
        .setConsumer(new OneWriter())
        .build();
  }

  /** Draws a bar for the last time. */
  static void end(ProgressBar bar) {
    close(bar, System.lineSeparator());
  }

  /** Takes a bar away. */
  static void clear(ProgressBar bar) {
    close(bar, LINE_START);
  }

  /** The library ends a line only if it has drawn it before. */
  private static void close(ProgressBar bar, String end) {
    bar.close();
    synchronized (SCREEN) {
      show(end);
    }
  }

  /** Prints a line where a bar stands, which is drawn again below it. */
  static void above(PrintStream out, String line) {
    synchronized (SCREEN) {
      if (isThere()) {
        show(LINE_START);
      }
      out.println(line);
      out.flush();
    }
  }

  /** Draws while no line is printed. */
  private static final class OneWriter extends ConsoleProgressBarConsumer {
    OneWriter() {
      // With a width of its own the library does not ask its terminal library, which would put the
      // system's handler in the place of the JVM's: Ctrl-C would end the process on the spot.
      super(System.err, columns() - 1);
    }

    @Override
    public void accept(String line) {
      synchronized (SCREEN) {
        super.accept(line);
        show(LINE_END);
      }
    }

    @Override
    public void close() {
      // See end and clear.
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
