package io.evomoe.bench.cli;

import io.evomoe.bench.measure.ProcessMemory;
import io.evomoe.run.task.MemoryLimit;
import java.util.Timer;
import java.util.TimerTask;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a process within its memory limit, so that the machine does not swap. When nearly all of it
 * is in use, the run at hand stops after its step and saves; when more is, in the middle of a step,
 * the process ends at once, and the last checkpoint is what remains.
 */
final class MemoryGuard implements AutoCloseable {
  private static final double NEARLY_ALL = 0.95;
  private static final int PERIOD_MILLIS = 50;

  private final MemoryLimit limit;
  private final DoubleSupplier resident;
  private final Consumer<String> end;
  private final Timer watch = new Timer("evomoe-memory", true);
  private volatile @Nullable Runnable current;
  private volatile @Nullable String exceeded;

  /** Watches this process, from now on. */
  MemoryGuard(MemoryLimit limit) {
    this(limit, ProcessMemory::residentBytes, MemoryGuard::endProcess);
  }

  MemoryGuard(MemoryLimit limit, DoubleSupplier resident, Consumer<String> end) {
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

  /** What to ask to stop. */
  void watch(Runnable requestStop) {
    current = requestStop;
    if (exceeded != null) {
      requestStop.run();
    }
  }

  /**
   * To be called after a run returned.
   *
   * @throws IllegalStateException if it was stopped because of the memory
   */
  void requireWithin() {
    String message = exceeded;
    if (message != null) {
      throw new IllegalStateException(message);
    }
  }

  void look() {
    double bytes = resident.getAsDouble();
    if (bytes > limit.bytes()) {
      end.accept(
          "%s are in use, more than %s: stopped; the last checkpoint is complete"
              .formatted(MemoryLimit.text(bytes), limit.name()));
    } else if (bytes > NEARLY_ALL * limit.bytes() && exceeded == null) {
      exceeded =
          "%s are in use, nearly all of %s: stopped and saved; use --recompute or a smaller training.batch"
              .formatted(MemoryLimit.text(bytes), limit.name());
      Runnable requestStop = current;
      if (requestStop != null) {
        requestStop.run();
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
}
