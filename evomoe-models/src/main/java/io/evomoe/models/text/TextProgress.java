package io.evomoe.models.text;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;

/** Receives the progress of long work on texts, such as learning a vocabulary or encoding. */
@FunctionalInterface
public interface TextProgress {
  /** Ignores the progress. */
  TextProgress NONE = (work, done, all) -> {};

  /**
   * Called after a part of the work.
   *
   * @param work its name for the user, constant until the work changes
   * @param done from 0 to {@code all}
   * @param all above 0
   */
  void at(String work, long done, long all);

  /** Returns a counter, which adds the numbers that it receives and reports their sum. */
  default IntConsumer counter(String work, long all) {
    AtomicLong done = new AtomicLong();
    return more -> {
      if (more > 0) {
        at(work, done.addAndGet(more), all);
      }
    };
  }
}
