package io.evomoe.training;

import java.nio.file.Path;

/** Where a run leaves its checkpoints. */
@FunctionalInterface
public interface CheckpointWriter {

  /** Writes all of it before returning, and says where. */
  Path write(TrainingState state);

  /**
   * Refuses a run whose checkpoints will not fit, before its first step. Does nothing where that is
   * not known.
   *
   * @param bytes of one checkpoint
   * @param planned checkpoints that the run will write, at least
   * @throws IllegalArgumentException naming what is needed and what is free
   */
  default void requireRoom(long bytes, long planned) {}
}
