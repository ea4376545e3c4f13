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

  /** To the first column, and all behind it away. */
  private static final String LINE_START = "\r\033[K";

  private static final int USUAL_COLUMNS = 80;
  private static final int FEWEST_COLUMNS = 40;

  private TerminalBar() {}

  /** Whether standard error is a terminal. */
  static boolean isThere() {
    return Boolean.getBoolean(TERMINAL);
  }

  /** A bar, or null where there is no terminal. */
  static @Nullable ProgressBar of(String name, long all) {
    if (!isThere()) {
      return null;
    }
    // With a width of its own the library does not ask its terminal library, which would put the
    // system's handler in the place of the JVM's: Ctrl-C would end the process on the spot.
    return new ProgressBarBuilder()
        .setTaskName(name)
        .setInitialMax(all)
        .setRenderer(new BarLine())
        .setConsumer(new OneWriter(columns() - 1))
        .build();
  }

  /** Prints a line where a bar stands, which is drawn again below it. */
  static void above(PrintStream out, String line) {
    synchronized (SCREEN) {
      if (isThere()) {
        System.err.print(LINE_START);
        System.err.flush();
      }
      out.println(line);
      out.flush();
    }
  }

  /** Draws while no line is printed. */
  private static final class OneWriter extends ConsoleProgressBarConsumer {
    OneWriter(int columns) {
      super(System.err, columns);
    }

    @Override
    public void accept(String line) {
      synchronized (SCREEN) {
        super.accept(line);
      }
    }
  }

  private static int columns() {
    int columns = Integer.getInteger(COLUMNS, USUAL_COLUMNS);
    return columns <= 0 ? USUAL_COLUMNS : Math.max(FEWEST_COLUMNS, columns);
  }
}
