package io.evomoe.bench.cli.console;

import io.evomoe.models.text.TextProgress;
import java.io.PrintStream;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What is done before there are steps: a bar on a terminal, a plain line now and then elsewhere.
 * Nothing is shown of work that is over in a moment, and a bar is cleared when its work ends.
 */
public final class WorkProgress implements TextProgress, AutoCloseable {
  private static final long MOMENT = TimeUnit.SECONDS.toNanos(1);
  private static final long BETWEEN_LINES = TimeUnit.SECONDS.toNanos(5);

  private final PrintStream out;
  private final LongSupplier nanoTime;
  private String current = "";
  private long total;
  private long shown;
  private @Nullable TerminalBar bar;

  public WorkProgress(PrintStream out, LongSupplier nanoTime) {
    this.out = out;
    this.nanoTime = nanoTime;
  }

  /** Does work that is shown on the console. */
  public static <T> T watching(Function<TextProgress, T> work) {
    PrintStream console = System.out;
    try (WorkProgress progress = new WorkProgress(console, System::nanoTime)) {
      return work.apply(progress);
    }
  }

  @Override
  public void at(String work, long done, long all) {
    if (!Verbosity.showsProgress()) {
      return;
    }
    long now = nanoTime.getAsLong();
    if (!work.equals(current) || all != total) {
      close();
      current = work;
      total = all;
      shown = now;
    }
    if (bar != null) {
      bar.at(done, "");
    } else if (TerminalBar.isThere() && now - shown > MOMENT) {
      bar = TerminalBar.of(work, all);
    } else if (!TerminalBar.isThere() && now - shown > BETWEEN_LINES) {
      out.printf("%s: %d%%%n", work, 100 * done / all);
      shown = now;
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.clear();
      bar = null;
    }
  }
}
