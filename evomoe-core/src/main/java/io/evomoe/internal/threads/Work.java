package io.evomoe.internal.threads;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Pieces of a computation that threads take one by one until none is left. */
final class Work {
  private final int pieces;
  private IntConsumer body;
  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final Thread owner = Thread.currentThread();

  Work(int pieces, IntConsumer body) {
    this.pieces = pieces;
    this.body = body;
  }

  /** Takes pieces until all are taken. */
  void help() {
    int piece;
    while ((piece = begun.getAndIncrement()) < pieces) {
      run(piece);
      if (ended.incrementAndGet() == pieces && Thread.currentThread() != owner) {
        LockSupport.unpark(owner);
      }
    }
  }

  private void run(int piece) {
    if (failure.get() != null) {
      return;
    }
    try {
      body.accept(piece);
    } catch (Throwable e) {
      failure.compareAndSet(null, e);
    }
  }

  /** Waits, on the thread that created this, for the pieces that others took. */
  void awaitEnd(Spin spin) {
    if (!spin.until(this::isEnded)) {
      while (!isEnded()) {
        LockSupport.park(this);
      }
    }
  }

  /** Drops the references of the body. Threads that come late find no piece to run. */
  void forget() {
    body = piece -> {};
  }

  private boolean isEnded() {
    return ended.get() == pieces;
  }

  void throwFailure() {
    Throwable thrown = failure.get();
    if (thrown instanceof RuntimeException e) {
      throw e;
    }
    if (thrown instanceof Error e) {
      throw e;
    }
  }
}
