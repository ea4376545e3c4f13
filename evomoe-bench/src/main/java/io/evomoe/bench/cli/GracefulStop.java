package io.evomoe.bench.cli;

import io.evomoe.bench.run.Run;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Lets Ctrl-C and SIGTERM finish the step at hand and save what there is: the process ends when
 * this is closed, or after ten minutes: a step of a large model takes more than one.
 */
final class GracefulStop implements AutoCloseable {
  private static final long PATIENCE_MINUTES = 10;

  private final CountDownLatch saved = new CountDownLatch(1);
  private final Thread hook = new Thread(this::onSignal, "evomoe-stop");
  private volatile @Nullable Run<?, ?> current;
  private volatile boolean stopped;

  GracefulStop() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** The run to stop; one that comes after the signal is stopped after a step. */
  void watch(Run<?, ?> run) {
    current = run;
    if (stopped) {
      run.requestStop();
    }
  }

  boolean isStopped() {
    return stopped;
  }

  private void onSignal() {
    stopped = true;
    Run<?, ?> run = current;
    if (run != null) {
      run.requestStop();
    }
    try {
      if (!saved.await(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
        System.err.println("evomoe: stopped before everything was saved");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    saved.countDown();
    if (!stopped) {
      Runtime.getRuntime().removeShutdownHook(hook);
    }
  }
}
