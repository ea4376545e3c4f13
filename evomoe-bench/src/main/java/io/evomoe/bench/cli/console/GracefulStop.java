package io.evomoe.bench.cli.console;

import io.evomoe.training.Callback;
import io.evomoe.training.StepRecord;
import io.evomoe.training.Training;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What Ctrl-C and SIGTERM do. While there is nothing to save, the process ends at once and says so.
 * From {@link #begin} on it finishes the step at hand and saves what there is: the process ends
 * when the command has said its last word, or after ten minutes: a step of a large model takes more
 * than one.
 */
public final class GracefulStop implements AutoCloseable, Callback {
  /** The process is ending after a signal, and has said so. */
  public static final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private static final long PATIENCE_MINUTES = 10;
  private static final CountDownLatch ALL_SAID = new CountDownLatch(1);

  private final Thread hook = new Thread(this::onSignal, "evomoe-stop");
  private Supplier<String> nothingLost;
  private boolean saving;
  private boolean stopped;
  private @Nullable Runnable requestStop;

  /**
   * From now on, with nothing to save yet.
   *
   * @param nothingLost what a signal is answered with: what is saved and what is not
   * @throws StoppedException if the process is ending already
   */
  public GracefulStop(Supplier<String> nothingLost) {
    this.nothingLost = nothingLost;
    try {
      Runtime.getRuntime().addShutdownHook(hook);
    } catch (IllegalStateException ending) {
      stop();
      throw new StoppedException();
    }
  }

  /** A command that was stopped said its last word, and the process may end. */
  public static void allSaid() {
    ALL_SAID.countDown();
  }

  /**
   * From here on something is written, or trained that is to be saved.
   *
   * @throws StoppedException if the process is ending already
   */
  public synchronized void begin() {
    if (stopped && !saving) {
      throw new StoppedException();
    }
    saving = true;
  }

  /**
   * The training is asked to stop; one that begins after the signal is asked at once.
   *
   * @throws StoppedException if the process is ending already
   */
  @Override
  public synchronized void onStart(Training training) {
    begin();
    requestStop = training::requestStop;
    if (stopped) {
      training.requestStop();
    }
  }

  @Override
  public void onStep(StepRecord step, Training training) {}

  /** All is saved, and what follows need not be. */
  public synchronized void pause(String nothingLost) {
    this.nothingLost = () -> nothingLost;
    requestStop = null;
    saving = stopped;
  }

  /** Whether a signal came; what is not begun need not be. */
  public synchronized boolean isStopped() {
    return stopped;
  }

  private void onSignal() {
    if (!stop()) {
      return;
    }
    try {
      if (!ALL_SAID.await(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
        System.err.println("evomoe: stopped before everything was saved");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether there is something to wait for. */
  private synchronized boolean stop() {
    stopped = true;
    // Below the line on which a bar stands and Ctrl-C is shown.
    String line = (TerminalBar.isThere() ? "%n" : "") + "evomoe: %s%n";
    if (!saving) {
      System.err.printf(line, "stopped: " + nothingLost.get());
      return false;
    }
    System.err.printf(line, "stopping after this step, and saving");
    if (requestStop != null) {
      requestStop.run();
    }
    return true;
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException ending) {
      // The signal came: the hook waits until all was said.
    }
  }
}
