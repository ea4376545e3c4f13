package io.evomoe.testing;

import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** What a test lets another thread do. */
public final class OtherThread {
  private final Thread thread;
  private volatile @Nullable Throwable thrown;

  private OtherThread(Runnable body) {
    thread =
        new Thread(
            () -> {
              try {
                body.run();
              } catch (Throwable e) {
                thrown = e;
              }
            });
    thread.setDaemon(true);
  }

  /** Lets it do this from now on. */
  public static OtherThread doing(Runnable body) {
    OtherThread other = new OtherThread(body);
    other.thread.start();
    return other;
  }

  /** Returns once it waits for another thread. */
  public OtherThread awaitWaiting() {
    while (thread.getState() != Thread.State.WAITING) {
      if (!thread.isAlive()) {
        throw new AssertionError("it did not wait", thrown);
      }
      Thread.onSpinWait();
    }
    return this;
  }

  /** Interrupts it. */
  public OtherThread interrupt() {
    thread.interrupt();
    return this;
  }

  /** Whether it has come to its end. */
  public boolean isOver() {
    return !thread.isAlive();
  }

  /** What it has thrown; null if nothing. Returns once it is over. */
  public @Nullable Throwable thrown() {
    try {
      thread.join();
      return thrown;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Waits until another thread counts down. */
  public static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
