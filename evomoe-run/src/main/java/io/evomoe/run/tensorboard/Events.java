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

  /** The first event of every file. */
  static Message version(Instant at) {
    return event(at).text(FILE_VERSION, "brain.Event:2");
  }

  /**
   * The event for the start or resumption of a run: later steps in other files become void.
   *
   * @param step next step
   */
  static Message start(Instant at, long step) {
    return event(at, step).message(SESSION_LOG, new Message().integer(1, STATUS_START));
  }

  /** The event with the values of a step. */
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
