package io.evomoe.internal.threads;

import java.lang.ref.Reference;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The threads that share large computations: one pool per process, which includes the calling
 * thread. An idle worker polls for work for a moment, then sleeps. The polling time adapts to its
 * success, so processes that share cores lose little.
 *
 * <p>The number of threads is the system property {@value #PROPERTY}, else the environment variable
 * {@value #OPENMP_VARIABLE}, else the number of processors. The thread of a piece is random, so
 * pieces must be cut independently of it.
 */
public final class Workers {
  /** System property: number of compute threads, at least 1. */
  public static final String PROPERTY = "evomoe.threads";

  /** Environment variable that other numeric libraries read as well. */
  public static final String OPENMP_VARIABLE = "OMP_NUM_THREADS";

  private static volatile @Nullable Workers shared;

  private final AtomicBoolean taken = new AtomicBoolean();
  private final LongAdder joins = new LongAdder();
  private final Worker[] workers;
  private final Spin spin = new Spin();
  private volatile Work current = new Work(0, piece -> {});

  /** Creates a pool of {@code threads} threads including the caller's. The others are daemons. */
  Workers(int threads) {
    workers = new Worker[threads - 1];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Worker(i + 1);
      workers[i].start();
    }
  }

  /**
   * Returns the pool of this process, created by the first call.
   *
   * @throws IllegalArgumentException if the configured number of threads is invalid
   */
  public static Workers shared() {
    Workers known = shared;
    return known == null ? makeShared() : known;
  }

  private static synchronized Workers makeShared() {
    Workers known = shared;
    if (known == null) {
      known = new Workers(configured());
      shared = known;
    }
    return known;
  }

  /** Returns the number of compute threads, including the caller's. */
  public int threads() {
    return workers.length + 1;
  }

  /** Returns how many times work was split among threads and waited for. */
  public long joins() {
    return joins.sum();
  }

  /**
   * Runs the body on every piece in [0, pieces) and returns when all are done. The first failure of
   * a piece is rethrown, and pieces that have not started by then are left out. Nested splits run
   * on the calling thread. So does all work while another thread uses the pool. What the body has
   * captured is kept until then.
   */
  void run(int pieces, IntConsumer body) {
    if (pieces <= 1 || workers.length == 0 || !taken.compareAndSet(false, true)) {
      try {
        for (int piece = 0; piece < pieces; piece++) {
          body.accept(piece);
        }
      } finally {
        Reference.reachabilityFence(body);
      }
      return;
    }
    Work work = new Work(pieces, body);
    try {
      joins.increment();
      current = work;
      for (int i = 0; i < Math.min(workers.length, pieces - 1); i++) {
        workers[i].wake();
      }
      work.help();
      work.awaitEnd(spin);
    } finally {
      work.forget();
      taken.set(false);
    }
    work.throwFailure();
  }

  private static int configured() {
    String property = System.getProperty(PROPERTY);
    if (property != null) {
      return atLeastOne("system property " + PROPERTY, property);
    }
    String variable = System.getenv(OPENMP_VARIABLE);
    if (variable != null && !variable.isBlank()) {
      int outermost = variable.indexOf(',');
      String first = outermost < 0 ? variable : variable.substring(0, outermost);
      return atLeastOne("environment variable " + OPENMP_VARIABLE, first);
    }
    return Runtime.getRuntime().availableProcessors();
  }

  static int atLeastOne(String name, String value) {
    try {
      int number = Integer.parseInt(value.strip());
      if (number >= 1) {
        return number;
      }
    } catch (NumberFormatException e) {
      // reported below
    }
    throw new IllegalArgumentException(
        "%s must be a number of threads of at least 1, was %s".formatted(name, value));
  }

  private final class Worker extends Thread {
    private final Spin spin = new Spin();
    private Work seen = current;
    private volatile boolean asleep;

    Worker(int number) {
      super("evomoe-worker-" + number);
      setDaemon(true);
    }

    void wake() {
      if (asleep) {
        LockSupport.unpark(this);
      }
    }

    @Override
    public void run() {
      while (true) {
        Work known = seen;
        spin.await(() -> current != known, () -> sleep(known));
        seen = current;
        seen.help();
      }
    }

    private void sleep(Work known) {
      asleep = true;
      while (current == known) {
        LockSupport.park(Workers.this);
      }
      asleep = false;
    }
  }

  /** Pieces of a computation that threads take one by one until none is left. */
  private static final class Work {
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
      spin.await(
          this::isEnded,
          () -> {
            while (!isEnded()) {
              LockSupport.park(this);
            }
          });
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

  /**
   * Waits for something that another thread does. A sleep and a wake-up cost about 50 microseconds,
   * so polling is worth about that. It polls for more time after a short wait, even if it slept
   * through the end of it, and for less after a long one.
   */
  private static final class Spin {
    private static final long LONGEST = 100_000;
    private static final long SHORTEST = 2_000;

    private long nanoseconds = LONGEST;

    /** Polls the condition; sleeps if that takes too long. */
    void await(BooleanSupplier condition, Runnable sleep) {
      if (condition.getAsBoolean()) {
        return;
      }
      long start = System.nanoTime();
      if (!becomesTrue(condition, start)) {
        sleep.run();
      }
      boolean brief = System.nanoTime() - start < 2 * LONGEST;
      nanoseconds =
          brief ? Math.min(LONGEST, 2 * nanoseconds) : Math.max(SHORTEST, nanoseconds / 2);
    }

    private boolean becomesTrue(BooleanSupplier condition, long start) {
      do {
        for (int i = 0; i < 16; i++) {
          Thread.onSpinWait();
          if (condition.getAsBoolean()) {
            return true;
          }
        }
      } while (System.nanoTime() - start < nanoseconds);
      return false;
    }
  }
}
