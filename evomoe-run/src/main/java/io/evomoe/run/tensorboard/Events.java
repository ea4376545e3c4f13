package io.evomoe.run.tensorboard;

import java.time.Instant;

/** Events of {@code tensorflow/core/util/event.proto}. */
final class Events {
  private static final int WALL_TIME = 1;
  private static final int STEP = 2;
  private static final int FILE_VERSION = 3;
  private static final int SUMMARY = 5;
  private static final int SESSION_LOG = 7;
  private static final int STATUS_START = 1;

  private Events() {}

  /** What every file begins with. */
  static Message version(Instant at) {
    return event(at).text(FILE_VERSION, "brain.Event:2");
  }

  /**
   * A run begins, or goes on: what other files have from this step on is void.
   *
   * @param step that comes next
   */
  static Message start(Instant at, long step) {
    return event(at, step).message(SESSION_LOG, new Message().integer(1, STATUS_START));
  }

  /** What a step gave. */
  static Message of(Instant at, long step, Summary summary) {
    return event(at, step).message(SUMMARY, summary.message());
  }

  private static Message event(Instant at, long step) {
    return event(at).integer(STEP, step);
  }

  private static Message event(Instant at) {
    return new Message().number(WALL_TIME, at.toEpochMilli() / 1e3);
  }
}
