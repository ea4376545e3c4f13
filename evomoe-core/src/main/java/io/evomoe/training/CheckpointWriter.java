package io.evomoe.training;

import java.nio.file.Path;

/** Where a run leaves its checkpoints. */
@FunctionalInterface
public interface CheckpointWriter {

  /** Writes all of it before returning, and says where. */
  Path write(TrainingState state);
}
