package io.evomoe.training;

import java.nio.file.Path;

/** Writes the checkpoints of a run. */
@FunctionalInterface
public interface CheckpointWriter {

  /**
   * Writes the complete checkpoint before returning.
   *
   * @return the path of the checkpoint
   */
  Path write(TrainingState state);

  /**
   * Rejects a run whose checkpoints will not fit, before its first step. The default does nothing.
   *
   * @param bytes size of one checkpoint
   * @param planned minimum number of checkpoints that the run will write
   * @throws IllegalArgumentException with the needed and the free space
   */
  default void requireRoom(long bytes, long planned) {}
}
