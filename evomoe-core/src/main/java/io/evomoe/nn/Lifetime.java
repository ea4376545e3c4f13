package io.evomoe.nn;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The calls in progress on something that can be closed: many side by side, or one alone. Closing
 * waits for them and rejects later ones, so no memory is freed during a computation.
 *
 * <p>A thread inside a call may enter further ones. It can neither close nor run alone, because it
 * would wait for itself.
 */
public final class Lifetime {
  private final String name;
  private final String closedMessage;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** Number of open calls of each thread. */
  private final Map<Thread, Integer> inside = new HashMap<>();

  private @Nullable Thread alone;
  private @Nullable String busy;
  private int closing;
  private boolean closed;

  /**
   * Creates the lifetime of an open object.
   *
   * @param name name for messages, e.g. {@code the run in runs/a}
   * @param remedy advice after closing, e.g. {@code open it again}
   */
  public Lifetime(String name, String remedy) {
    this.name = name;
    this.closedMessage = "%s is closed: %s".formatted(name, remedy);
  }

  /** A call in progress. Leave it on the thread that entered it. */
  public interface Call extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Enters a call that runs beside others. Waits while a call runs alone, unless that one {@link
   * #alone(String) rejects} others.
   *
   * @throws IllegalStateException if this is closed, or a call rejects others
   */
  public Call enter() {
    lock.lock();
    try {
      if (!isInside()) {
        requireFree();
        while (alone != null) {
          changed.awaitUninterruptibly();
          requireFree();
        }
      }
      inside.merge(Thread.currentThread(), 1, Integer::sum);
      return this::leave;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns the result of a call that is {@link #enter() entered} for it.
   *
   * @throws IllegalStateException if this is closed, or a call rejects others
   */
  public <T> T during(Supplier<T> call) {
    try (Call ignored = enter()) {
      return call.get();
    }
  }

  /**
   * Enters a call that runs alone, after those in progress. Other threads wait for it.
   *
   * @throws IllegalStateException if this is closed, or this thread is inside a call
   */
  public Call alone() {
    return enterAlone(null);
  }

  /**
   * Enters a call that runs alone and may take long. Other threads are rejected, except to close.
   *
   * @param why the rest of their message, e.g. {@code is being trained: wait}
   */
  public Call alone(String why) {
    return enterAlone(name + " " + why);
  }

  private Call enterAlone(@Nullable String message) {
    lock.lock();
    try {
      requireFree();
      requireOutside();
      while (alone != null) {
        changed.awaitUninterruptibly();
        requireFree();
      }
      alone = Thread.currentThread();
      busy = message;
      while (!inside.isEmpty()) {
        changed.awaitUninterruptibly();
        if (isClosed()) {
          endAlone();
          requireOpen();
        }
      }
      inside.put(Thread.currentThread(), 1);
      return this::leave;
    } finally {
      lock.unlock();
    }
  }

  private void leave() {
    lock.lock();
    try {
      int open = inside.getOrDefault(Thread.currentThread(), 0) - 1;
      if (open > 0) {
        inside.put(Thread.currentThread(), open);
      } else {
        inside.remove(Thread.currentThread());
        endAlone();
      }
    } finally {
      lock.unlock();
    }
  }

  private void endAlone() {
    if (alone == Thread.currentThread()) {
      alone = null;
      busy = null;
    }
    changed.signalAll();
  }

  /**
   * Waits for the calls in progress, then frees. Later calls are rejected from now on. Does nothing
   * if this is already closed.
   *
   * @param free frees memory and other resources
   * @throws IllegalStateException if this thread is inside a call, or is interrupted while it
   *     waits; then this stays open and the thread stays interrupted
   */
  public void close(Runnable free) {
    lock.lock();
    try {
      if (closed && (alone == null || isInside())) {
        return;
      }
      if (busy != null && alone == Thread.currentThread()) {
        throw new IllegalStateException(busy);
      }
      requireOutside();
      awaitCalls();
      if (closed) {
        return;
      }
      closed = true;
      alone = Thread.currentThread();
      inside.put(Thread.currentThread(), 1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(
          "%s stays open, because the thread was interrupted while calls were in progress: close it again"
              .formatted(name),
          e);
    } finally {
      lock.unlock();
    }
    try (Call ignored = this::leave) {
      free.run();
    }
  }

  private void awaitCalls() throws InterruptedException {
    closing++;
    changed.signalAll();
    try {
      while (alone != null || !inside.isEmpty()) {
        changed.await();
      }
    } finally {
      closing--;
    }
  }

  /** Closes from inside the call that runs alone, e.g. one that has failed. */
  public void closeInside(Runnable free) {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
    free.run();
  }

  /**
   * Rejects use after closing.
   *
   * @throws IllegalStateException if this is closed, or another thread closes it now
   */
  public void requireOpen() {
    lock.lock();
    try {
      if (isClosed() && !isInside()) {
        throw new IllegalStateException(closedMessage);
      }
    } finally {
      lock.unlock();
    }
  }

  private void requireFree() {
    requireOpen();
    if (busy != null) {
      throw new IllegalStateException(busy);
    }
  }

  private void requireOutside() {
    if (isInside()) {
      throw new IllegalStateException(
          "%s cannot be trained or closed from inside one of its own calls: wait until that call has returned"
              .formatted(name));
    }
  }

  private boolean isClosed() {
    return closed || closing > 0;
  }

  private boolean isInside() {
    return inside.containsKey(Thread.currentThread());
  }
}
