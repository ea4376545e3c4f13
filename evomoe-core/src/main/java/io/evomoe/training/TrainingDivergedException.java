package io.evomoe.training;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A loss or gradient stopped being a finite number. The message names the layer or parameter; the
 * parameters are those of the step before, or, where held-out data gave the loss, those that were
 * measured.
 */
public final class TrainingDivergedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long step;
  private final @Nullable String lastCheckpoint;

  /**
   * Says where.
   *
   * @param step that failed, from 0; the steps taken, where held-out data failed
   * @param what was not finite
   * @param lastCheckpoint of the run, if there is one
   */
  public TrainingDivergedException(long step, String what, @Nullable Path lastCheckpoint) {
    super(
        "training diverged in step "
            + step
            + ": "
            + what
            + (lastCheckpoint == null
                ? "; there is no checkpoint"
                : "; the last checkpoint is " + lastCheckpoint));
    this.step = step;
    this.lastCheckpoint = lastCheckpoint == null ? null : lastCheckpoint.toString();
  }

  /** The step that failed, from 0; the steps taken, where held-out data failed. */
  public long step() {
    return step;
  }

  /** The last checkpoint of the run, if it wrote or read one. */
  public Optional<Path> lastCheckpoint() {
    return Optional.ofNullable(lastCheckpoint).map(Path::of);
  }
}
