package io.evomoe.bench.cli.console;

import io.evomoe.run.task.MemoryLimit;
import io.evomoe.training.Callback;
import io.evomoe.training.StepRecord;
import io.evomoe.training.Training;
import java.util.Locale;
import java.util.Timer;
import java.util.TimerTask;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.TypeConversionException;

/**
 * Keeps a process within its memory limit, so that the machine does not swap. When nearly all of it
 * is in use, the run at hand stops after its step and saves; when more is, in the middle of a step,
 * the process ends at once, and the last checkpoint is what remains.
 */
public final class MemoryGuard implements AutoCloseable, Callback {
  private static final double NEARLY_ALL = 0.95;
  private static final int PERIOD_MILLIS = 50;
  private static final Pattern SIZE = Pattern.compile("(\\d+(?:\\.\\d+)?)([kmgt])b?");

  private final MemoryLimit limit;
  private final DoubleSupplier resident;
  private final Consumer<String> end;
  private final Timer watch = new Timer("evomoe-memory", true);
  private volatile @Nullable Training current;
  private volatile @Nullable String exceeded;

  /** Watches this process, from now on. */
  public MemoryGuard(MemoryLimit limit) {
    this(limit, ProcessMemory::residentBytes, MemoryGuard::endProcess);
  }

  public MemoryGuard(MemoryLimit limit, DoubleSupplier resident, Consumer<String> end) {
    this.limit = limit;
    this.resident = resident;
    this.end = end;
    watch.schedule(
        new TimerTask() {
          @Override
          public void run() {
            look();
          }
        },
        0,
        PERIOD_MILLIS);
  }

  /** The training is asked to stop; at once if there is too little memory already. */
  @Override
  public void onStart(Training training) {
    current = training;
    if (exceeded != null) {
      training.requestStop();
    }
  }

  @Override
  public void onStep(StepRecord step, Training training) {}

  /**
   * To be called after a run returned.
   *
   * @throws IllegalStateException if it was stopped because of the memory
   */
  public void requireWithin() {
    String message = exceeded;
    if (message != null) {
      throw new IllegalStateException(message);
    }
  }

  public void look() {
    double bytes = resident.getAsDouble();
    if (bytes > limit.bytes()) {
      end.accept(
          "%s are in use, more than %s: stopped; the last checkpoint is complete"
              .formatted(MemoryLimit.text(bytes), limit.name()));
    } else if (bytes > NEARLY_ALL * limit.bytes() && exceeded == null) {
      exceeded =
          "%s are in use, nearly all of %s: stopped and saved; use --recompute or a smaller training.batch"
              .formatted(MemoryLimit.text(bytes), limit.name());
      Training training = current;
      if (training != null) {
        training.requestStop();
      }
    }
  }

  /** Without waiting for anything: what waits may need memory. */
  private static void endProcess(String message) {
    System.err.println("evomoe: " + message);
    Runtime.getRuntime().halt(Failures.FAILED);
  }

  @Override
  public void close() {
    watch.cancel();
  }

  /** Reads a limit: {@code 512m}, {@code 4g}, {@code 1.5g}. */
  public static MemoryLimit limit(String value) {
    Matcher matcher = SIZE.matcher(value.strip().toLowerCase(Locale.ROOT));
    double bytes = 0;
    if (matcher.matches()) {
      int unit = "kmgt".indexOf(matcher.group(2)) + 1;
      bytes = Double.parseDouble(matcher.group(1)) * Math.pow(1024, unit);
    }
    if (bytes < 1 || bytes > Long.MAX_VALUE) {
      throw new TypeConversionException(
          "must be an amount of memory above 0, such as 512m or 4g, was " + value);
    }
    return new MemoryLimit((long) bytes, "--max-memory " + MemoryLimit.text(bytes));
  }
}
