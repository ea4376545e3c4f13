package io.evomoe.training;

import java.nio.file.Path;
import java.util.Optional;

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
   * Keeps a checkpoint as the best one of the run. The default does nothing.
   *
   * @param checkpoint path that {@link #write} has returned
   */
  default void keepBest(Path checkpoint) {}

  /**
   * Ends the training with its best checkpoint, which becomes the newest one, or with the last one
   * if none was kept. The default does nothing.
   *
   * @return that checkpoint; empty if there is none
   */
  default Optional<Path> restoreBest() {
    return Optional.empty();
  }

  /**
   * Rejects a run whose checkpoints will not fit, before its first step. The default does nothing.
   *
   * @param bytes size of one checkpoint
   * @param planned minimum number of checkpoints that the run will write
   * @throws IllegalArgumentException with the needed and the free space
   */
  default void requireRoom(long bytes, long planned) {}
}
