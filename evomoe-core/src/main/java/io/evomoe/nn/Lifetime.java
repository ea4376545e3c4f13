package io.evomoe.nn;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantReadWriteLock;
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
  private final ReentrantReadWriteLock calls = new ReentrantReadWriteLock();
  private final AtomicInteger closing = new AtomicInteger();
  private volatile @Nullable String busy;
  private volatile boolean closed;

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
    boolean nested = isInside();
    if (!nested) {
      requireFree();
    }
    calls.readLock().lock();
    if (!nested && isClosed()) {
      calls.readLock().unlock();
      throw new IllegalStateException(closedMessage);
    }
    return calls.readLock()::unlock;
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
    requireFree();
    requireOutside();
    if (message != null) {
      busy = message; // others are rejected while this one waits
    }
    calls.writeLock().lock();
    busy = message;
    if (isClosed()) {
      leaveAlone();
      throw new IllegalStateException(closedMessage);
    }
    return this::leaveAlone;
  }

  private void leaveAlone() {
    busy = null;
    calls.writeLock().unlock();
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
    if (closed && isInside()) {
      return;
    }
    String why = busy;
    if (why != null && calls.isWriteLockedByCurrentThread()) {
      throw new IllegalStateException(why);
    }
    requireOutside();
    closing.incrementAndGet();
    try {
      if (!calls.writeLock().tryLock()) {
        calls.writeLock().lockInterruptibly();
      }
    } catch (InterruptedException e) {
      closing.decrementAndGet();
      Thread.currentThread().interrupt();
      throw new IllegalStateException(
          "%s stays open, because the thread was interrupted while calls were in progress: close it again"
              .formatted(name),
          e);
    }
    try {
      if (!closed) {
        closed = true;
        free.run();
      }
    } finally {
      closing.decrementAndGet();
      calls.writeLock().unlock();
    }
  }

  /** Closes from inside the call that runs alone, e.g. one that has failed. */
  public void closeInside(Runnable free) {
    closed = true;
    free.run();
  }

  /**
   * Rejects use after closing.
   *
   * @throws IllegalStateException if this is closed, or another thread closes it now
   */
  public void requireOpen() {
    if (isClosed() && !isInside()) {
      throw new IllegalStateException(closedMessage);
    }
  }

  private void requireFree() {
    requireOpen();
    String why = busy;
    if (why != null) {
      throw new IllegalStateException(why);
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
    return closed || closing.get() > 0;
  }

  private boolean isInside() {
    return calls.getReadHoldCount() > 0 || calls.isWriteLockedByCurrentThread();
  }
}
